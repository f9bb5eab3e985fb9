/** @file `nabla sample`: its options and help. */
import { BOUNDS } from '@nabla/domain';
import { InvalidArgumentError, type Command } from 'commander';

import { collect, numberAbove, wholeNumber } from '../options.ts';
import { addPolicyOptions } from '../policyOptions.ts';
import type { SampleOptions } from '../runSample.ts';

export function addSample(program: Command): void {
  const command = program
    .command('sample')
    .description('Lets a policy complete prompts, and prints what it wrote with its log-probabilities.')
    .argument('<policy>', 'checkpoint file, folder of a run, Hugging Face directory, or name on the hub')
    .option('--prompt <text>', 'what to complete (repeatable)', collect, [])
    .option('--prompts <file>', 'one prompt a line, or JSONL with "prompt"; - is stdin')
    .option(
      '-n, --number <count>',
      'completions of each prompt',
      wholeNumber(1, BOUNDS.maxCompletionsPerStep),
      1,
    )
    .option('--temperature <t>', "divides the logits (default: the run's, 1 for a model)", numberAbove(0))
    .option('--top-k <k>', 'draw among the k likeliest tokens', wholeNumber(1))
    .option('--top-p <p>', 'draw among the likeliest tokens that have this probability', numberAbove(0, 1))
    .option('--min-p <p>', 'draw among tokens at least this share as likely as the likeliest', share)
    .option('--greedy', 'always the likeliest token')
    .option(
      '--max-new-tokens <n>',
      "tokens at most (default: the run's, 128 for a model)",
      wholeNumber(1, BOUNDS.maxNewTokens),
    )
    .option('--seed <n>', 'the same seed draws the same', wholeNumber(), 1)
    .option('--tokens', 'show every token with its log-probability')
    .option('--json', 'one JSON line a completion on stdout');
  addPolicyOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  nabla sample runs/sort-grpo --prompt '3142>' -n 4
  nabla sample runs/sort-grpo --step 200 --prompt '3142>' --greedy --tokens
  nabla sample Qwen/Qwen2.5-0.5B-Instruct --chat --prompt 'What is 17 × 3?' --temperature 0.7 --top-p 0.95
  printf '12+34=\\n7+8=\\n' | nabla sample runs/addition --json | jq .text

Exit codes: 0 done · 1 sampling failed · 2 command, policy or prompts not valid`,
    )
    .action(async (policy: string, options: SampleOptions) => {
      const { runSample } = await import('../runSample.ts');
      await runSample(policy, options);
    });
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('Give a number from 0 to 1.');
  return value;
}
