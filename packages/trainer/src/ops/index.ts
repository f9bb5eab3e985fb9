/** @file Tensor mathematics: pure functions, the same results on both backends, no I/O and no settings. */
export * from './adamw.ts';
export * from './attention.ts';
export * from './chunkedTokenScores.ts';
export * from './clip.ts';
export * from './embedding.ts';
export * from './gelu.ts';
export * from './layerNorm.ts';
export * from './logProbs.ts';
export * from './lora.ts';
export * from './matmul.ts';
export * from './random.ts';
export * from './rmsNorm.ts';
export * from './rope.ts';
export * from './sampling.ts';
export * from './swiglu.ts';
export { withGradient } from './withGradient.ts';
