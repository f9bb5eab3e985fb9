/** @file Projects and prompt sets. */
import type { PromptRecord } from '@nabla/domain';
import { NotFoundError, RefusedError, refusedError } from '../errors.ts';
import * as operations from '../generated/operations.ts';
import type { CallOptions, Transport } from '../transport.ts';
import { pages } from './pages.ts';

export type ProjectInfo = operations.ProjectFieldsFragment;
export type PromptSetInfo = NonNullable<operations.CreatePromptSetMutation['createPromptSet']['promptSet']>;
export type ViewerInfo = NonNullable<operations.ViewerQuery['viewer']>;

export function projectsApi(transport: Transport) {
  return {
    list(): AsyncGenerator<ProjectInfo> {
      return pages(
        async (after) =>
          (await transport.request(operations.ListProjectsDocument, { first: 100, after })).projects,
      );
    },
    /** @throws NotFoundError */
    async get(slug: string, call?: CallOptions): Promise<ProjectInfo> {
      const { project } = await transport.request(operations.ProjectBySlugDocument, { slug }, call);
      if (project === null) throw new NotFoundError(`there is no project "${slug}"`);
      return project;
    },
    /** @throws RefusedError */
    async create(input: { name: string; description?: string }, call?: CallOptions): Promise<ProjectInfo> {
      const { createProject } = await transport.request(operations.CreateProjectDocument, { input }, call);
      const refused = refusedError('createProject', createProject.errors);
      if (refused !== undefined) throw refused;
      if (createProject.project === null) throw new NotFoundError('createProject answered no project');
      return createProject.project;
    },
  };
}

export function promptSetsApi(transport: Transport) {
  return {
    /** Uploads a JSONL text of prompts. @throws RefusedError naming the lines that are broken: then nothing was stored. */
    async create(
      input: { projectId: string; name: string; description?: string; jsonl: string },
      call?: CallOptions,
    ): Promise<PromptSetInfo> {
      const { createPromptSet } = await transport.request(
        operations.CreatePromptSetDocument,
        { input },
        call,
      );
      const lines = createPromptSet.lineErrors.map(({ line, message }) => `line ${line}: ${message}`);
      const refused = refusedError('createPromptSet', createPromptSet.errors);
      if (lines.length > 0)
        throw new RefusedError('createPromptSet', [
          { code: 'INVALID_INPUT', message: lines.join('; '), path: ['jsonl'] },
        ]);
      if (refused !== undefined) throw refused;
      if (createPromptSet.promptSet === null)
        throw new NotFoundError('createPromptSet answered no prompt set');
      return createPromptSet.promptSet;
    },
    /** Every prompt of a version, in order. @throws NotFoundError */
    async prompts(versionId: string, call?: CallOptions): Promise<PromptRecord[]> {
      const nodes = pages(async (after) => {
        const { node } = await transport.request(
          operations.PromptPageDocument,
          { id: versionId, first: 200, after },
          call,
        );
        if (node === null || node.__typename !== 'PromptSetVersion')
          throw new NotFoundError(`there is no prompt set version ${versionId}`);
        return node.prompts;
      });
      const prompts: PromptRecord[] = [];
      for await (const { text, answer, metadata } of nodes)
        prompts.push({ text, answer, metadata: isRecord(metadata) ? metadata : null });
      return prompts;
    },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
