"""The workload of `npm run bench -- trainer` with TRL's GRPOTrainer and a randomly initialised Llama of the same shape.

Run: python bench/reference/trl_step.py [--steps 20] [--threads 2] [--defaults]. Prints one JSON line. Needs torch, transformers, trl, datasets.
--defaults leaves precision and gradient checkpointing as TRL has them; without it both are as fast as they get on a CPU.
"""

import argparse
import json
import statistics
import tempfile
import time

import torch
import trl
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

PROMPTS, GROUP, PROMPT, COMPLETION, VOCABULARY = 8, 8, 8, 24, 64


class Clock(TrainerCallback):
    def __init__(self):
        self.times = []
        self.ended = []
        self.started = None

    def on_step_begin(self, *_, **__):
        self.began = time.perf_counter()
        self.started = self.started or self.began * 1000

    def on_step_end(self, *_, **__):
        self.ended.append(time.perf_counter() * 1000)
        self.times.append(self.ended[-1] - self.began * 1000)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--defaults", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    # The end-of-sequence token is none that the model can draw first: TRL asks for one, and completions are cut at 24 tokens.
    words = {f"t{index}": index for index in range(VOCABULARY)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="t0"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="t1", pad_token="t0", padding_side="left")
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=VOCABULARY,
            hidden_size=128,
            intermediate_size=512,
            num_hidden_layers=4,
            num_attention_heads=4,
            max_position_embeddings=64,
            eos_token_id=1,
            pad_token_id=0,
        )
    )
    generator = torch.Generator().manual_seed(1)
    prompts = [
        " ".join(f"t{token}" for token in torch.randint(2, VOCABULARY, (PROMPT,), generator=generator).tolist())
        for _ in range(PROMPTS * args.steps)
    ]
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        trainer = GRPOTrainer(
            model=model,
            processing_class=fast,
            train_dataset=Dataset.from_dict({"prompt": prompts}),
            reward_funcs=lambda prompts, completions, **_: [
                completion.split().count(prompt.split()[0]) / COMPLETION for prompt, completion in zip(prompts, completions)
            ],
            args=GRPOConfig(
                output_dir=folder,
                per_device_train_batch_size=PROMPTS * GROUP,
                num_generations=GROUP,
                max_completion_length=COMPLETION,
                max_steps=args.steps,
                learning_rate=1e-3,
                beta=0.0,
                use_cpu=True,
                **({} if args.defaults else dict(bf16=False, gradient_checkpointing=False)),
                logging_steps=10_000,
                save_strategy="no",
                report_to=[],
                disable_tqdm=True,
                generation_kwargs={"min_new_tokens": COMPLETION},
            ),
            callbacks=[clock],
        )
        trainer.train()
    step_ms = statistics.median(clock.times[2:])
    tokens = round(PROMPTS * GROUP * COMPLETION * 1000 / step_ms)
    figures = dict(
        trl=trl.__version__,
        torch=torch.__version__,
        defaults=args.defaults,
        stepMs=round(step_ms, 1),
        completionTokensPerSecond=tokens,
        timeToTenthStepMs=round(clock.ended[9] - clock.started, 1) if len(clock.ended) > 9 else None,
    )
    print(json.dumps(dict(name="trl_step", figures=figures)))


if __name__ == "__main__":
    main()
