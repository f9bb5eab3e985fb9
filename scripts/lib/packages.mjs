/** @file The packages of the workspace and their scripts. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fromRoot } from './paths.mjs';

/** @typedef {{ name: string, folder: string, scripts: Record<string, string> }} WorkspacePackage */

/** Every package, in the order in which they depend on each other: domain before db before api. @returns {WorkspacePackage[]} */
export function workspacePackages() {
  const folders = ['packages', 'apps'].flatMap((group) =>
    readdirSync(fromRoot(group)).map((name) => `${group}/${name}`),
  );
  const known = [...folders, 'test'].filter((folder) => existsSync(fromRoot(folder, 'package.json')));
  const order = [
    'packages/domain',
    'packages/db',
    'apps/api',
    'packages/client',
    'packages/trainer',
    'apps/dashboard',
    'test',
  ];
  const rank = (/** @type {string} */ folder) =>
    order.includes(folder) ? order.indexOf(folder) : order.length;
  return known
    .sort((a, b) => rank(a) - rank(b))
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(fromRoot(folder, 'package.json'), 'utf8'));
      return { name: manifest.name, folder, scripts: manifest.scripts ?? {} };
    });
}

/** Those that have the script. @param {string} script */
export const packagesWith = (script) => workspacePackages().filter((each) => script in each.scripts);
