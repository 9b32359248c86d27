/** Checks the parts that an orchestrator and a workflow engine are put together from. */
import type { AdapterContract } from '../../contracts/adapter.ts';
import type { Backend } from '../../contracts/backend.ts';
import type { ModelClient } from '../../contracts/model.ts';
import type { AnyTool } from '../../contracts/tool.ts';
import type { Workspace } from '../../contracts/workspace.ts';
import type { KnowledgeBase } from '../../memory/knowledge-base.ts';
import type { Logger } from '../../observability/logger.ts';
import type { MetricsCollector } from '../../observability/metrics.ts';
import type { Tracer } from '../../observability/tracer.ts';
import { checkClock, checkFunction, checkListOf, checkMethods, checkText } from '../../shared/check.ts';
import { InvalidArgumentError } from '../../shared/errors.ts';
import type { IdSource } from '../../shared/ids.ts';
import type { Clock } from '../../shared/time.ts';

/** All may be left out. */
export interface Parts {
  readonly backend?: Backend | undefined;
  readonly model?: ModelClient | undefined;
  readonly workspace?: string | Workspace | undefined;
  readonly memory?: unknown;
  readonly knowledge?: KnowledgeBase | undefined;
  readonly adapters?: readonly AdapterContract[] | undefined;
  readonly tools?: readonly AnyTool[] | undefined;
  readonly logger?: Logger | undefined;
  readonly metrics?: MetricsCollector | undefined;
  readonly tracer?: Tracer | undefined;
  readonly clock?: Clock | undefined;
  readonly ids?: IdSource | undefined;
}

/** Throws {@link InvalidArgumentError} for a part that lacks what will be called. */
export function checkParts(parts: Parts): void {
  const { backend, model, workspace, memory, knowledge, adapters, tools } = parts;
  const { logger, metrics, tracer, clock, ids } = parts;
  if (backend !== undefined) checkMethods('backend', backend, ['submit', 'register', 'start'], 'a backend');
  if (model !== undefined) checkMethods('model', model, ['create'], 'a model client');
  if (workspace !== undefined) checkWorkspace(workspace);
  if (memory !== undefined) checkFunction('memory', memory);
  if (knowledge !== undefined) checkMethods('knowledge', knowledge, ['search', 'get'], 'a knowledge base');
  if (adapters !== undefined) checkListOf('adapters', adapters, ['execute', 'disconnect'], 'an adapter');
  if (tools !== undefined) checkListOf('tools', tools, ['execute'], 'a tool');
  if (logger !== undefined) checkMethods('logger', logger, ['warn', 'child'], 'a logger');
  if (metrics !== undefined)
    checkMethods('metrics', metrics, ['incrementCounter', 'recordTimer'], 'a metrics collector');
  if (tracer !== undefined) checkMethods('tracer', tracer, ['startSpan', 'endSpan'], 'a tracer');
  if (clock !== undefined) checkClock('clock', clock);
  if (ids !== undefined) checkFunction('ids', ids);
}

function checkWorkspace(workspace: string | Workspace): void {
  if (typeof workspace === 'string') checkText('workspace', workspace);
  else if (typeof (workspace as Partial<Workspace> | null)?.list !== 'function')
    throw new InvalidArgumentError('workspace', 'the path of a folder or a workspace', workspace);
}
