"""The workload of `npm run bench -- trainer` as a careful hand-written PyTorch loop: the yardstick of docs/performance.md.

A Llama of 4 layers, width 128, 4 heads, SwiGLU 512, vocabulary 64; 8 prompts of 8 tokens, 8 completions of each, 24 tokens drawn
(no end of sequence); group_norm advantages, the clipped loss, gradient clipping, AdamW. Generation keeps its keys and values in
preallocated tensors, reads each prompt once, samples with Gumbel noise, and reads the tokens back once at the end.

Run: python bench/reference/pytorch_loop.py [--steps 30] [--threads 2] [--layers 4 --width 128 --heads 4 --feed-forward 512
--vocabulary 64]. Prints one JSON line. Needs torch (2.x, CPU).
"""

import argparse
import json
import statistics
import time

import torch
import torch.nn.functional as F

PROMPTS, GROUP, PROMPT, COMPLETION = 8, 8, 8, 24
ROWS, LENGTH = PROMPTS * GROUP, PROMPT + COMPLETION


def parameters(args):
    def matrix(rows, columns, std=0.02):
        return torch.nn.Parameter(torch.randn(rows, columns) * std)

    ending = 0.02 / (2 * args.layers) ** 0.5
    weights = {"embedding": matrix(args.vocabulary, args.width), "head": matrix(args.width, args.vocabulary)}
    weights["norm"] = torch.nn.Parameter(torch.ones(args.width))
    for layer in range(args.layers):
        weights[f"norm1.{layer}"] = torch.nn.Parameter(torch.ones(args.width))
        weights[f"norm2.{layer}"] = torch.nn.Parameter(torch.ones(args.width))
        weights[f"qkv.{layer}"] = matrix(args.width, 3 * args.width)
        weights[f"out.{layer}"] = matrix(args.width, args.width, ending)
        weights[f"gate_up.{layer}"] = matrix(args.width, 2 * args.feed_forward)
        weights[f"down.{layer}"] = matrix(args.feed_forward, args.width, ending)
    return weights


class Model:
    def __init__(self, args):
        self.args = args
        self.weights = parameters(args)
        head_width = args.width // args.heads
        frequencies = 10_000 ** (-torch.arange(0, head_width, 2) / head_width)
        angles = torch.arange(LENGTH)[:, None] * frequencies[None]
        self.cos = torch.cat([angles.cos(), angles.cos()], -1)  # [T, Dh]
        self.sin = torch.cat([-angles.sin(), angles.sin()], -1)

    def rotate(self, x, start):
        count, half = x.shape[2], x.shape[3] // 2
        swapped = torch.cat([x[..., half:], x[..., :half]], -1)
        return x * self.cos[start : start + count] + swapped * self.sin[start : start + count]

    def hidden(self, ids, start=0, cache=None):
        """ids [B, T] at places start, start + 1, … to the last hidden states [B, T, D]; fills the cache where one is given."""
        args, w = self.args, self.weights
        rows, count = ids.shape
        x = F.embedding(ids, w["embedding"])
        for layer in range(args.layers):
            qkv = F.rms_norm(x, (args.width,), w[f"norm1.{layer}"], 1e-6) @ w[f"qkv.{layer}"]
            q, k, v = qkv.view(rows, count, 3, args.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
            q, k = self.rotate(q, start), self.rotate(k, start)
            if cache is not None:
                keys, values = cache[layer]
                keys[:, :, start : start + count] = k
                values[:, :, start : start + count] = v
                k, v = keys[:, :, : start + count], values[:, :, : start + count]
            y = F.scaled_dot_product_attention(q, k, v, is_causal=count > 1)
            x = x + y.transpose(1, 2).reshape(rows, count, -1) @ w[f"out.{layer}"]
            gate, up = (F.rms_norm(x, (args.width,), w[f"norm2.{layer}"], 1e-6) @ w[f"gate_up.{layer}"]).chunk(2, -1)
            x = x + (F.silu(gate) * up) @ w[f"down.{layer}"]
        return x

    def logits(self, x):
        return F.rms_norm(x, (self.args.width,), self.weights["norm"], 1e-6) @ self.weights["head"]


@torch.inference_mode()
def rollout(model, prompts):
    """prompts [N, P] to completions [B, C] and their log-probabilities [B, C]."""
    args = model.args
    shape = (PROMPTS, args.heads, PROMPT, args.width // args.heads)
    read = [(torch.empty(shape), torch.empty(shape)) for _ in range(args.layers)]
    logits = model.logits(model.hidden(prompts, 0, read)[:, -1])
    logits = logits.repeat_interleave(GROUP, 0)
    cache = []
    for pair in read:
        both = []
        for part in pair:
            whole = torch.empty(ROWS, shape[1], LENGTH, shape[3])
            whole[:, :, :PROMPT] = part.repeat_interleave(GROUP, 0)
            both.append(whole)
        cache.append(tuple(both))
    tokens = torch.empty(ROWS, COMPLETION, dtype=torch.long)
    logps = torch.empty(ROWS, COMPLETION)
    for place in range(COMPLETION):
        logp = F.log_softmax(logits, -1)
        noise = torch.empty_like(logp).exponential_().log_()
        token = (logp - noise).argmax(-1)
        tokens[:, place] = token
        logps[:, place] = logp.gather(1, token[:, None])[:, 0]
        if place < COMPLETION - 1:
            logits = model.logits(model.hidden(token[:, None], PROMPT + place, cache)[:, 0])
    return tokens, logps


def update(model, optimizer, prompts, tokens, old, advantages):
    ids = torch.cat([prompts.repeat_interleave(GROUP, 0), tokens], 1)
    logits = model.logits(model.hidden(ids[:, :-1])[:, PROMPT - 1 :])
    logp = F.log_softmax(logits, -1)
    with torch.no_grad():
        entropy = -(logp.exp() * logp).sum(-1)
    chosen = logp.gather(2, tokens[..., None])[..., 0]
    ratio = (chosen - old).exp()
    loss = -torch.min(ratio * advantages, ratio.clamp(0.8, 1.2) * advantages).mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(list(model.weights.values()), 1.0)
    optimizer.step()
    return loss.item(), norm.item(), chosen.detach().numpy(), entropy.numpy()


def main():
    parser = argparse.ArgumentParser()
    for name, value in dict(steps=30, threads=2, layers=4, width=128, heads=4, feed_forward=512, vocabulary=64).items():
        parser.add_argument("--" + name.replace("_", "-"), type=int, default=value)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    model = Model(args)
    weights = list(model.weights.values())
    optimizer = torch.optim.AdamW(weights, lr=1e-3, betas=(0.9, 0.99), weight_decay=0.0, fused=True)
    rollouts, updates, start = [], [], time.perf_counter()
    first = tenth = None
    for step in range(args.steps):
        began = time.perf_counter()
        prompts = torch.randint(0, args.vocabulary, (PROMPTS, PROMPT))
        tokens, old = rollout(model, prompts)
        read = tokens.numpy()
        sampled = time.perf_counter()
        rewards = torch.from_numpy((read.reshape(PROMPTS, GROUP, -1) == prompts.numpy()[:, None, :1]).mean(-1)).float()
        advantages = ((rewards - rewards.mean(1, keepdim=True)) / (rewards.std(1, keepdim=True) + 1e-4)).view(ROWS, 1)
        update(model, optimizer, prompts, tokens.clone(), old.clone(), advantages)
        ended = time.perf_counter()
        rollouts.append((sampled - began) * 1000)
        updates.append((ended - sampled) * 1000)
        if step == 0:
            first = (ended - start) * 1000
        if step == 9:
            tenth = (ended - start) * 1000
    skip = min(5, args.steps // 2)
    rollout_ms, update_ms = statistics.median(rollouts[skip:]), statistics.median(updates[skip:])
    step_ms = statistics.median(a + b for a, b in zip(rollouts[skip:], updates[skip:]))
    figures = dict(
        torch=torch.__version__,
        threads=args.threads,
        parameters=sum(weight.numel() for weight in weights),
        stepMs=round(step_ms, 1),
        rolloutMs=round(rollout_ms, 1),
        updateMs=round(update_ms, 1),
        completionTokensPerSecond=round(ROWS * COMPLETION * 1000 / step_ms),
        firstStepMs=round(first, 1),
        timeToTenthStepMs=tenth and round(tenth, 1),
    )
    print(json.dumps(dict(name="pytorch_loop", figures=figures)))


if __name__ == "__main__":
    main()
