import type { Role } from '@nabla/domain';

const WORDS: Readonly<Record<Role, string>> = {
  OWNER: 'Owner',
  RESEARCHER: 'Researcher',
  REVIEWER: 'Reviewer',
  VIEWER: 'Viewer',
};

const MEANINGS: Readonly<Record<Role, string>> = {
  OWNER: 'Everything, and decides who may do what',
  RESEARCHER: 'Launches runs, uploads prompts, makes API keys, judges',
  REVIEWER: 'Reads everything, judges and comments',
  VIEWER: 'Reads everything',
};

export function roleWord(role: Role): string {
  return WORDS[role];
}

/** "an owner", "a researcher" */
export function aRole(role: Role): string {
  const word = WORDS[role].toLowerCase();
  return `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;
}

/** What a role may do, in a line. */
export function roleMeaning(role: Role): string {
  return MEANINGS[role];
}
