/**
 * @file A process that opens an engine, measures it and says so in one JSON line. Of its own because an engine that does not suit
 * the machine (a processor without AVX, a damaged library) ends the process that loads it.
 */
import { openBackend } from '../backend/backend.ts';
import type { EngineProbe } from './facts.ts';
import { measureSpeed } from './measureSpeed.ts';

const [wanted] = process.argv.slice(2);
try {
  const backend = await openBackend(wanted === 'native' || wanted === 'wasm' ? wanted : 'auto');
  const probe: EngineProbe = {
    backend: backend.kind,
    device: backend.device,
    tfjs: backend.version.tfjs,
    tensorflow: backend.version.tensorflow,
    nativeMissing: backend.nativeMissing,
    speed: await measureSpeed(backend),
  };
  process.stdout.write(`${JSON.stringify(probe)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
