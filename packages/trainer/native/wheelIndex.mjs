/**
 * @file Asks a Python package index where a wheel is: the simple API (PEP 503 as HTML, PEP 691 as JSON), so that no Python is
 * needed. Honours what pip honours: PIP_INDEX_URL and `index-url` of pip's configuration files, user and password included.
 */
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const DEFAULT_INDEX = 'https://pypi.org/simple';

/**
 * @param {string} project for example "tensorflow-cpu"
 * @param {string} file the wheel's file name
 * @returns {Promise<{ url: string, headers: Record<string, string>, sha256: string | null }>} what the index says
 */
export async function findWheel(project, file) {
  const index = splitCredentials(indexUrl());
  const page = `${index.url.replace(/\/+$/, '')}/${project}/`;
  const response = await fetch(page, {
    headers: { ...index.headers, accept: 'application/vnd.pypi.simple.v1+json, text/html;q=0.5' },
    signal: AbortSignal.timeout(30_000),
  }).catch((error) => {
    // `fetch failed` says nothing: the reason is in its cause.
    const reason = error.cause?.code ?? error.cause?.message ?? error.message;
    throw new Error(`the package index ${new URL(page).origin} cannot be reached (${reason})`, {
      cause: error,
    });
  });
  if (!response.ok) throw new Error(`the package index answered ${response.status} for ${page}`);
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const links = isJson ? jsonLinks(await response.json()) : htmlLinks(await response.text());
  const link = links.find((candidate) => candidate.file === file);
  if (link === undefined) throw new Error(`the package index has no ${file} (${page})`);
  const target = splitCredentials(new URL(link.href, response.url).href);
  // A password for the index is sent to the index's own host only.
  const sameHost = new URL(target.url).host === new URL(index.url).host;
  return {
    url: target.url,
    headers: { ...(sameHost ? index.headers : {}), ...target.headers },
    sha256: link.sha256,
  };
}

function indexUrl() {
  return process.env.PIP_INDEX_URL ?? configuredIndex() ?? DEFAULT_INDEX;
}

/** `index-url` of pip's files, the user's before the machine's. */
function configuredIndex() {
  const home = os.homedir();
  const files = [
    process.env.PIP_CONFIG_FILE,
    path.join(process.env.XDG_CONFIG_HOME ?? path.join(home, '.config'), 'pip', 'pip.conf'),
    path.join(home, '.pip', 'pip.conf'),
    '/etc/xdg/pip/pip.conf',
    '/etc/pip.conf',
  ];
  for (const file of files) {
    if (file === undefined || !existsSync(file)) continue;
    const line = /^\s*index-url\s*[=:]\s*(\S+)/m.exec(readFileSync(file, 'utf8'));
    if (line?.[1] !== undefined) return line[1];
  }
  return undefined;
}

/** fetch refuses a user and a password inside a URL. */
function splitCredentials(url) {
  const parsed = new URL(url);
  if (parsed.username === '') return { url, headers: {} };
  const pair = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
  parsed.username = '';
  parsed.password = '';
  return { url: parsed.href, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

function jsonLinks(page) {
  return page.files.map((file) => ({
    file: file.filename,
    href: file.url,
    sha256: file.hashes?.sha256 ?? null,
  }));
}

function htmlLinks(page) {
  return [...page.matchAll(/<a\b[^>]*\bhref\s*=\s*["']([^"']+)["'][^>]*>([^<]*)<\/a>/gi)].map(
    ([, link = '', text = '']) => {
      const href = link.replaceAll('&amp;', '&');
      return { file: text.trim(), href, sha256: /#sha256=([0-9a-f]{64})/.exec(href)?.[1] ?? null };
    },
  );
}
