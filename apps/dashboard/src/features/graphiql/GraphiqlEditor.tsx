'use client';
import type { GraphiQLPlugin } from '@graphiql/react';
import { GraphiQL, type GraphiQLProps, HISTORY_PLUGIN } from 'graphiql';
import 'graphiql/setup-workers/webpack';
import 'graphiql/style.css';
import { type ExecutionResult, GraphQLError, Kind, OperationTypeNode } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { BookMarked } from 'lucide-react';
import { useMemo, useRef } from 'react';
import { useRealtime } from '../../graphql/GraphqlProvider.tsx';
import type { Realtime } from '../../graphql/realtime.ts';
import { useEffectiveTheme } from '../../ui/useCssColor.ts';
import { EXAMPLES } from './examples.ts';
import { ExamplesPanel } from './ExamplesPanel.tsx';
import { useListedTabs } from './useListedTabs.ts';

type Fetcher = GraphiQLProps['fetcher'];

const EXAMPLES_PLUGIN: GraphiQLPlugin = {
  title: 'Examples',
  icon: () => <BookMarked aria-hidden />,
  content: ExamplesPanel,
};

export function GraphiqlEditor() {
  const realtime = useRealtime();
  const theme = useEffectiveTheme();
  const fetcher = useMemo(() => createFetcher(realtime), [realtime]);
  const container = useRef<HTMLDivElement>(null);
  useListedTabs(container);
  return (
    <div ref={container}>
      <GraphiQL
        fetcher={fetcher}
        plugins={[EXAMPLES_PLUGIN, HISTORY_PLUGIN]}
        initialQuery={EXAMPLES[0]?.query ?? ''}
        forcedTheme={theme}
        showPersistHeadersSettings={false}
        isHeadersEditorEnabled={false}
      />
    </div>
  );
}

/** Queries and mutations over HTTP with the session's cookie, subscriptions over the page's socket. */
function createFetcher(realtime: Realtime): Fetcher {
  return ({ query, operationName, variables }, options) => {
    const isSubscription = options?.documentAST?.definitions.some(
      (definition) =>
        definition.kind === Kind.OPERATION_DEFINITION &&
        definition.operation === OperationTypeNode.SUBSCRIPTION &&
        (!operationName || definition.name?.value === operationName),
    );
    const request = { query, operationName: operationName ?? null, variables: asRecord(variables) };
    if (isSubscription === true) return messages(realtime, request);
    return fetch('/graphql', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    }).then((response) => response.json());
  };
}

async function* messages(realtime: Realtime, request: SubscribePayload): AsyncGenerator<ExecutionResult> {
  for await (const { data, errors } of realtime.socket.iterate(request))
    yield {
      data: data ?? null,
      ...(errors
        ? {
            errors: errors.map(
              (error) =>
                new GraphQLError(error.message, error.extensions ? { extensions: error.extensions } : {}),
            ),
          }
        : {}),
    };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
