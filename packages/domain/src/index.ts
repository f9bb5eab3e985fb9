/** @file The words of the field, shared by every process: run configuration, statuses, metric catalogue, bounds. Browser-safe. */
export * from './bounds.ts';
export * from './canonicalJson.ts';
export * from './config/index.ts';
export * from './configHash.ts';
export * from './estimatorNotes.ts';
export * from './estimatorPresets.ts';
export * from './expandShorthand.ts';
export * from './forkRefusals.ts';
export * from './forkedConfig.ts';
export * from './keptCheckpoints.ts';
export * from './metrics.ts';
export * from './parameterCount.ts';
export * from './parseRunConfig.ts';
export * from './presets.ts';
export * from './promptFile.ts';
export * from './runStatus.ts';
export * from './workerNotes.ts';
