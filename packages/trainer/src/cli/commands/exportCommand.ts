/** @file `nabla export`: its options and help. */
import { Option, type Command } from 'commander';

import { modelsOption, wholeNumber } from '../options.ts';
import type { ExportCommandOptions } from '../runExport.ts';

export function addExport(program: Command): void {
  program
    .command('export')
    .description('Writes what a run learnt as a Hugging Face directory, or its LoRA adapters for PEFT.')
    .argument('<checkpoint>', 'checkpoint file, or folder of a run')
    .requiredOption('--out <folder>', 'new directory for the files')
    .option('--step <n>', 'of a run: the checkpoint of this step instead of the latest', wholeNumber(1))
    .addOption(
      new Option(
        '--format <format>',
        'hugging_face: a whole model, adapters merged into it; peft: the adapters alone',
      )
        .choices(['hugging_face', 'peft'])
        .default('hugging_face'),
    )
    .addOption(
      new Option('--dtype <numbers>', 'bfloat16 halves the size and rounds')
        .choices(['float32', 'bfloat16'])
        .default('float32'),
    )
    .option('--base <folder>', "where the run's base model lies now (default: as its configuration says)")
    .addOption(modelsOption())
    .option('--json', 'what was written, as JSON on stdout')
    .addHelpText(
      'after',
      `
The directory holds config.json, generation_config.json, model.safetensors (in shards above 5 GB), the tokenizer's files, and
nabla.json, which says what run and step it comes from. A model trained from scratch becomes a Llama with our tokenizer.

Examples:
  nabla export runs/sort-grpo --out exported/sort
  nabla export runs/qwen-lora --out exported/adapter --format peft
  nabla export runs/qwen-lora/checkpoints/step-00000200-….ckpt --out exported/qwen --dtype bfloat16
then in Python:
  AutoModelForCausalLM.from_pretrained('exported/sort'); AutoTokenizer.from_pretrained('exported/sort')
  PeftModel.from_pretrained(base, 'exported/adapter')

Exit codes: 0 done · 2 checkpoint, base model or directory not valid`,
    )
    .action(async (checkpoint: string, options: ExportCommandOptions) => {
      const { runExport } = await import('../runExport.ts');
      await runExport(checkpoint, options);
    });
}
