'use client';
/** @file A completion token by token: how likely each was, and what the update did to it. */
import { useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { cx } from '../../ui/cx.ts';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Callout } from '../../ui/states.tsx';
import { Table, TableScroll, Td, Th } from '../../ui/Table.tsx';
import { SegmentedControl } from '../../ui/Tabs.tsx';
import { formatAligned } from '../charts/formatMetric.ts';
import styles from './completions.module.css';
import { type TokenFigures, decodeTokens } from './decodeTokens.ts';

declare module 'react' {
  interface CSSProperties {
    /** How strongly a token is coloured, from 0 to 1. */
    '--heat'?: number;
  }
}

const tokensQuery = graphql(`
  query CompletionTokens($id: ID!) {
    completion(id: $id) {
      id
      tokens {
        tokenIds
        pieces
        logp
        refLogp
        updatedLogp
      }
    }
  }
`);

/** Differences below this (nats) never get the full colour: a completion in which nothing moved stays pale. */
const LEAST_SCALE = 0.02;

type Heat = 'delta' | 'logp' | 'ref';
type View = Heat | 'table';

export function TokenView({ completionId }: { readonly completionId: string }) {
  const [{ data, error, fetching }] = useQuery({ query: tokensQuery, variables: { id: completionId } });
  const encoded = data?.completion?.tokens;
  const decoded = useMemo(() => (encoded ? decodeSafely(encoded) : null), [encoded]);
  const [chosen, setChosen] = useState<View | null>(null);
  if (error) return <Callout tone="bad">{describeError(error)}</Callout>;
  if (fetching && !data) return <Skeleton height="3.5rem" />;
  if (!decoded) return <p className={styles.rule}>Tokens were not recorded for this completion.</p>;
  if ('problem' in decoded) return <Callout tone="bad">{decoded.problem}</Callout>;
  const { tokens } = decoded;
  const hasUpdate = tokens.some((token) => token.updatedLogp !== null);
  const hasRef = tokens.some((token) => token.refLogp !== null);
  const view = chosen ?? (hasUpdate ? 'delta' : 'logp');
  return (
    <div className={styles.tokens}>
      <SegmentedControl<View>
        size="sm"
        label="Colour tokens by"
        value={view}
        onChange={setChosen}
        options={[
          { value: 'delta', label: 'Change by the update', disabled: !hasUpdate },
          { value: 'logp', label: 'Log-probability' },
          { value: 'ref', label: 'Against the reference', disabled: !hasRef },
          { value: 'table', label: 'Table' },
        ]}
      />
      {view === 'table' ? <TokenTable tokens={tokens} /> : <TokenStrip tokens={tokens} heat={view} />}
    </div>
  );
}

function decodeSafely(
  encoded: Parameters<typeof decodeTokens>[0],
): { tokens: TokenFigures[] } | { problem: string } {
  try {
    return { tokens: decodeTokens(encoded) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function heatOf(token: TokenFigures, heat: Heat): number | null {
  switch (heat) {
    case 'delta':
      return token.updatedLogp === null ? null : token.updatedLogp - token.logp;
    case 'ref':
      return token.refLogp === null ? null : token.logp - token.refLogp;
    case 'logp':
      return token.logp;
  }
}

function TokenStrip({ tokens, heat }: { readonly tokens: readonly TokenFigures[]; readonly heat: Heat }) {
  const values = tokens.map((token) => heatOf(token, heat));
  // Log-probabilities on a fixed scale (4 nats: one in 55), differences relative to the largest of the completion.
  const scale = heat === 'logp' ? 4 : Math.max(LEAST_SCALE, ...values.map((value) => Math.abs(value ?? 0)));
  return (
    <>
      <ol className={styles.strip}>
        {tokens.map((token, index) => {
          const value = values[index] ?? null;
          return (
            <li
              key={index}
              className={cx(styles.token, (value ?? 0) < 0 && styles.cold)}
              style={{ '--heat': Math.min(1, Math.abs(value ?? 0) / scale) }}
              title={tokenTitle(token)}
            >
              <span className={styles.piece}>{pieceText(token.piece)}</span>
              <span className={styles.figure}>
                {value === null ? '–' : formatAligned(value, heat !== 'logp')}
              </span>
            </li>
          );
        })}
      </ol>
      <p className={styles.rule}>
        {heat === 'delta' &&
          'log π after the update − log π when sampled, in nats: green became likelier, red less likely.'}
        {heat === 'logp' && 'log π when sampled, in nats: the redder, the less expected.'}
        {heat === 'ref' &&
          'log π when sampled − log π of the reference, in nats; their sum is the completion’s KL estimate.'}
      </p>
    </>
  );
}

function TokenTable({ tokens }: { readonly tokens: readonly TokenFigures[] }) {
  return (
    <TableScroll label="Tokens" className={styles.tokenTable}>
      <Table>
        <thead>
          <tr>
            <Th>Token</Th>
            <Th numeric>Id</Th>
            <Th numeric>log π sampled</Th>
            <Th numeric>log π reference</Th>
            <Th numeric>log π updated</Th>
            <Th numeric>Change</Th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token, index) => (
            <tr key={index}>
              <Td>
                <code>{pieceText(token.piece)}</code>
              </Td>
              <Td numeric muted>
                {token.id}
              </Td>
              <Td numeric>{formatAligned(token.logp)}</Td>
              <Td numeric>{formatAligned(token.refLogp)}</Td>
              <Td numeric>{formatAligned(token.updatedLogp)}</Td>
              <Td numeric>{formatAligned(heatOf(token, 'delta'), true)}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </TableScroll>
  );
}

function pieceText(piece: string): string {
  return piece === '' ? '∅' : piece.replaceAll(' ', '·').replaceAll('\n', '↵').replaceAll('\t', '⇥');
}

function tokenTitle(token: TokenFigures): string {
  const lines = [
    `token ${token.id}`,
    `log π sampled ${formatAligned(token.logp)} (probability ${(Math.exp(token.logp) * 100).toPrecision(3)} %)`,
  ];
  if (token.refLogp !== null) lines.push(`log π reference ${formatAligned(token.refLogp)}`);
  if (token.updatedLogp !== null) lines.push(`log π updated ${formatAligned(token.updatedLogp)}`);
  return lines.join('\n');
}
