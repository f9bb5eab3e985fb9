/** @file `nabla eval`: its options and help. */
import { BOUNDS } from '@nabla/domain';
import { InvalidArgumentError, type Command } from 'commander';

import { collect, numberAbove, wholeNumber } from '../options.ts';
import { addPolicyOptions } from '../policyOptions.ts';
import type { EvalCommandOptions } from '../runEval.ts';

export function addEval(program: Command): void {
  const command = program
    .command('eval')
    .description('Measures a policy on held-out prompts: accuracy, mean reward, pass@k.')
    .argument('<policy>', 'checkpoint file, folder of a run, Hugging Face directory, or name on the hub')
    .option('--prompts <file>', 'JSONL with "prompt" and "answer" (repeatable: a row each)', collect, [])
    .option(
      '--task <task>',
      "built-in task: a kind, or '{kind: addition, digits: {min: 3, max: 3}}'",
      collect,
      [],
    )
    .option(
      '--reward <reward>',
      "what to reward, instead of the run's: a kind (math, numeric, …), or '{kind: …}' (repeatable)",
      collect,
      [],
    )
    .option('--count <n>', 'prompts at most (default: all of a file, 64 of a task)', wholeNumber(1))
    .option('--samples <n>', 'completions sampled of each prompt; 1: the greedy one alone', wholeNumber(1), 1)
    .option('--pass-at <list>', 'each k of pass@k, for instance 1,4 (at most --samples)', wholeNumbers, [])
    .option('--temperature <t>', 'of the samples; accuracy is greedy', numberAbove(0), 1)
    .option(
      '--max-new-tokens <n>',
      "tokens at most (default: the run's, 128 for a model)",
      wholeNumber(1, BOUNDS.maxNewTokens),
    )
    .option('--seed <n>', 'the same seed draws the same prompts and samples', wholeNumber(), 1)
    .option('--rewards <folder>', "folder of reward modules (default: that of the run's configuration)")
    .option('--out <file>', 'keep every completion, one JSON line each')
    .option('--json', 'the metrics as JSON on stdout');
  addPolicyOptions(command)
    .addHelpText(
      'after',
      `
Without --prompts and --task: the run's own evaluation sets, or 64 other draws of its built-in task. Right is what the first
verifying reward (exact_match, numeric, math, countdown, regex, json_schema) values 1. reward is the mean over prompts with its
95 % confidence interval; pass@k is the unbiased estimate from --samples. docs/rewards.md tells the rest.

Examples:
  nabla eval runs/sort-grpo
  nabla eval runs/sort-grpo --task '{kind: sort_digits, length: {min: 9, max: 9}}' --samples 8 --pass-at 1,4,8
  nabla eval Qwen/Qwen2.5-0.5B-Instruct --chat --prompts gsm8k-test.jsonl --reward numeric --max-new-tokens 512
  nabla eval runs/sort-grpo --step 200 --json | jq .metrics

Exit codes: 0 done · 1 it could not be measured · 2 command, policy or prompts not valid`,
    )
    .action(async (policy: string, options: EvalCommandOptions) => {
      const { runEval } = await import('../runEval.ts');
      await runEval(policy, options);
    });
}

function wholeNumbers(text: string): number[] {
  return text.split(',').map((part) => {
    if (!/^\d+$/.test(part.trim()) || Number(part) < 1)
      throw new InvalidArgumentError('Give whole numbers from 1, for instance 1,4,16.');
    return Number(part);
  });
}
