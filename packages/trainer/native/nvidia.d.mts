export interface NvidiaDevice {
  readonly index: number;
  readonly name: string;
  readonly memoryBytes: number | null;
  readonly driver: string;
  /** "9.0"; null where the driver is too old to tell. */
  readonly computeCapability: string | null;
}

export interface Nvidia {
  readonly kernelModule: boolean;
  readonly deviceFiles: boolean;
  /** Why nvidia-smi gave no devices; null when it gave some. */
  readonly smiProblem: string | null;
  /** Version of the driver, however it was learned. */
  readonly driver: string | null;
  readonly devices: readonly NvidiaDevice[];
}

export function findNvidia(): Nvidia;
export function hasNvidiaGpu(nvidia: Nvidia): boolean;
export function parseDevices(csv: string): NvidiaDevice[];
export function parseModuleVersion(text: string): string | null;
export function openLibraries(names: readonly string[]): Map<string, string | null>;
