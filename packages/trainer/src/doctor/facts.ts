/** @file What `nabla doctor` knows of a machine: plain data, so that what follows from it can be tested without the machine. */
import { z } from 'zod';

/** One measurement of an engine, in a process of its own. The boundary of that process's output. */
export const engineProbeSchema = z.object({
  backend: z.enum(['native', 'wasm']),
  device: z.enum(['cpu', 'gpu']),
  tfjs: z.string(),
  /** Of libtensorflow; null on wasm. */
  tensorflow: z.string().nullable(),
  /** Why native was not taken; null when it was, or was not asked for. */
  nativeMissing: z.string().nullable(),
  speed: z.object({
    /** Side of the square float32 matrices that were multiplied. */
    matrixSide: z.number(),
    /** Best of several, 10⁹ floating-point operations a second. */
    gflops: z.number(),
    /** One small op called from JavaScript, microseconds. */
    eagerOpMicroseconds: z.number(),
    /** The same op inside a compiled function. */
    compiledOpMicroseconds: z.number(),
  }),
});
export type EngineProbe = z.output<typeof engineProbeSchema>;

export interface LibraryCheck {
  readonly soname: string;
  /** What TensorFlow uses it for, and what is missing without it. */
  readonly neededFor: string;
  /** What the dynamic linker says; null when it opens. */
  readonly problem: string | null;
}

export interface GpuDevice {
  readonly index: number;
  readonly name: string;
  readonly memoryBytes: number | null;
  /** "9.0" */
  readonly computeCapability: string | null;
}

export interface DoctorFacts {
  readonly node: string;
  readonly nabla: string;
  readonly system: {
    readonly platform: NodeJS.Platform;
    readonly arch: string;
    readonly release: string;
    /** Null where the C library is another (musl), or the platform is not Linux. */
    readonly glibc: string | null;
    readonly inContainer: boolean;
  };
  readonly cpu: {
    readonly model: string;
    /** What this process may use. */
    readonly cores: number;
    /** Cores' worth of time that a container's limit leaves; null without a limit. */
    readonly quota: number | null;
    /** Of those that matter for speed: avx, avx2, avx512f, amx_tile, asimd. Empty where it cannot be learned. */
    readonly features: readonly string[];
  };
  readonly memory: {
    readonly totalBytes: number;
    readonly availableBytes: number;
    /** Of a container; null without one. */
    readonly limitBytes: number | null;
  };
  readonly engine:
    { readonly ok: true; readonly probe: EngineProbe } | { readonly ok: false; readonly reason: string };
  /** What was asked for: `--backend`, or NABLA_BACKEND. */
  readonly wanted: 'auto' | 'native' | 'wasm';
  /** NABLA_BACKEND=wasm is set, which forbids the native engine. */
  readonly nativeForbidden: boolean;
  readonly native: {
    /** Build of TensorFlow that the installed binding belongs to; null when none is installed. */
    readonly installed: 'cpu' | 'cuda' | 'unknown' | null;
    /** First C++ compiler that answers; null when none does. */
    readonly compiler: string | null;
    /** Asked only where a build is wanting; null when it was not. */
    readonly index: { readonly address: string; readonly problem: string | null } | null;
    readonly cache: string;
    /** Bytes that installing the build for this machine would need; null where there is no build. */
    readonly neededBytes: number | null;
  };
  readonly gpu: {
    readonly devices: readonly GpuDevice[];
    readonly driver: string | null;
    readonly kernelModule: boolean;
    readonly deviceFiles: boolean;
    /** Why nvidia-smi names no device. */
    readonly smiProblem: string | null;
    /** The driver's library, then those that TensorFlow's CUDA build opens. Empty where there is neither device nor CUDA build. */
    readonly libraries: readonly LibraryCheck[];
    /** CUDA_VISIBLE_DEVICES, where it is set. */
    readonly visibleDevices: string | null;
  };
  readonly disks: readonly DiskSpace[];
}

export interface DiskSpace {
  readonly purpose: string;
  readonly path: string;
  /** Null when it cannot be learned. */
  readonly freeBytes: number | null;
}
