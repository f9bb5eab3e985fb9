/** @file Which of a hub's files a model needs: a repository often holds the same weights in other formats too. */
import { TrainerError } from '../errors.ts';
import type { HubFile, HubModel } from './hub.ts';
import { INDEX_FILE, SINGLE_FILE } from './safetensors.ts';

/** Taken where there are: all that tells how texts become tokens, and when a completion ends. */
const OPTIONAL_FILES = [
  'generation_config.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
];

/**
 * Configuration, tokenizer and weights, those of the root folder.
 * @param readIndex gives the names of the shards; called where the weights are not in one file.
 * @throws TrainerError MODEL naming what the repository lacks.
 */
export async function filesOfModel(
  { files }: HubModel,
  name: string,
  readIndex: (index: HubFile) => Promise<readonly string[]>,
): Promise<HubFile[]> {
  const byName = new Map(files.map((file) => [file.name, file]));
  const need = (wanted: string, otherwise: string): HubFile => {
    const found = byName.get(wanted);
    if (found === undefined)
      throw new TrainerError('MODEL', `${name} on the hub has no ${wanted}: ${otherwise}`);
    return found;
  };
  const small = [
    need('config.json', 'it is no model of transformers'),
    need('tokenizer.json', 'make it with transformers (save_pretrained) and give the directory’s path'),
    ...OPTIONAL_FILES.flatMap((optional) => byName.get(optional) ?? []),
  ];
  const single = byName.get(SINGLE_FILE);
  if (single !== undefined) return [...small, single];
  const index = need(
    INDEX_FILE,
    `only safetensors are read; convert its weights with transformers' save_pretrained and give the directory's path`,
  );
  const shards = await readIndex(index);
  return [...small, index, ...shards.map((shard) => need(shard, `${INDEX_FILE} names it as a shard`))];
}
