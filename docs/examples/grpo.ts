/** GRPO with a reward of one's own: teaches a small model, from random weights, to write digits that rise. */
import { train } from '@nabla/trainer';

/** Pairs of neighbours that rise, of the five that six digits have. */
function rising({ completion }: { completion: string }): number {
  if (!/^\d+$/.test(completion)) return 0; // a policy that writes "<bos>" is paid nothing for its letters
  return Array.from(completion).filter((digit, i) => i > 0 && digit > completion.charAt(i - 1)).length / 5;
}

const result = await train({
  config: {
    model: { kind: 'scratch', layers: 2, width: 64, heads: 4, feedForward: 128, initStd: 0.06 },
    tokenizer: { kind: 'char', alphabet: '0123456789>' },
    policyGradient: { preset: 'grpo', steps: 60, maxNewTokens: 6, optimizer: { learningRate: 2e-3 } },
  },
  prompts: Array.from({ length: 10 }, (_, digit) => ({ prompt: `${digit}>` })),
  rewards: { rising },
  onStep: ({ step, metrics }) => console.log(step, metrics.get('reward/mean')?.toFixed(3)),
});
await result.save('runs/rising');
