/** Bad input for schedules. */
import { Orchestrator, Task, TaskTemplate, Workflow } from 'autogen-orchestrator';
import { type BadCall, bad, NOT } from './bad-call.ts';

const TASK = { title: 'Work', description: 'To do.' };
const TIMING = { id: 'one', everySeconds: 60 };
const orchestrator = (): Orchestrator => new Orchestrator();
const workflow = (): Workflow =>
  new Workflow({ name: 'flow', steps: [{ name: 'one', stepType: 'task', config: TASK }] });
const timing = (argument: string, values: readonly unknown[], others: object = TIMING): BadCall =>
  bad('Orchestrator.schedule', `timing.${argument}`, values, (value) =>
    orchestrator().schedule({ ...others, [argument]: value } as never, TASK),
  );
const work = (argument: string, values: readonly unknown[], make: (value: never) => object): BadCall =>
  bad('Orchestrator.schedule', argument, values, (value) =>
    orchestrator().schedule(TIMING, make(value) as never),
  );
const NOT_IDS = [...NOT.text, 'a/b', 'a\0b', 'a\nb', 'x'.repeat(201), '\ud800'];
const NOT_TIMES = [null, 'soon', 7, {}, new Date(Number.NaN)];
const CRON = { id: 'one', cron: '* * * * *' };

const ID_ROWS = (['get', 'pause', 'resume', 'remove', 'trigger'] as const).map((method) =>
  bad('Orchestrator.schedule', `id of schedules.${method}`, NOT_IDS, (value) =>
    orchestrator().schedules[method](value),
  ),
);
const UNKNOWN_ROWS = (['pause', 'resume', 'trigger'] as const).map((method) =>
  bad(
    'Orchestrator.schedule',
    `unknown id of schedules.${method}`,
    ['nobody'],
    (value) => orchestrator().schedules[method](value),
    'not-found',
  ),
);

export const SCHEDULE_CALLS: readonly BadCall[] = [
  bad('Orchestrator.schedule', 'timing', [...NOT.object, {}, { id: 'one' }], (value) =>
    orchestrator().schedule(value, TASK),
  ),
  bad('Orchestrator.schedule', 'unknown member of timing', ['timezone'], (key: string) =>
    orchestrator().schedule({ ...TIMING, [key]: 'UTC' } as never, TASK),
  ),
  timing('id', NOT_IDS),
  timing('cron', [undefined, ...NOT.text, '* * *', '0 25 * * *', '@reboot', '0 0 30 2 *'], { id: 'one' }),
  timing('cron', ['* * * * *']),
  timing('timeZone', [...NOT.optionalText, 'Europe/Nowhere', '+01:00'], CRON),
  timing('timeZone', ['Europe/Lisbon']),
  timing('everySeconds', [null, '3', 0, 0.5, -1, 1.0001, 31_536_001, Number.NaN, Infinity, {}]),
  timing('startAt', NOT_TIMES),
  timing('endAt', [...NOT_TIMES, new Date(0)]),
  timing('endAt', ['2029-01-01'], { ...TIMING, startAt: '2030-01-01' }),
  timing('jitterSeconds', [null, '3', -1, 3601, Number.NaN, {}]),
  timing('maxFirings', [null, '3', 0, -1, 1.5, Number.NaN, {}]),
  timing('missed', NOT.word),
  timing('maxCatchUp', [null, '3', 0, 1001, 1.5, {}]),
  timing('graceSeconds', [null, '3', 0, -1, Number.NaN, {}]),
  timing('overlap', NOT.word),
  timing('replace', NOT.boolean),
  bad(
    'Orchestrator.schedule',
    'work',
    [...NOT.object, {}, { ...TASK, titel: 'x' }, new Task(TASK)],
    (value) => orchestrator().schedule(TIMING, value),
  ),
  work(
    'work of one firing alone',
    ['id', 'createdAt', 'dependencies', 'subtasks', 'parentTaskId'],
    (key) => ({
      ...TASK,
      [key]: 'one',
    }),
  ),
  work('work.metadata', [{ schedule: 1 }, 'text', 7, { big: 1n }], (metadata) => ({ ...TASK, metadata })),
  work('work.template', [undefined, null, 'bug_fix', {}], (template) => ({ template, title: 'Work' })),
  work('work.title', NOT.text, (title) => ({
    template: new TaskTemplate({ name: 'plain', descriptionTemplate: 'Do it.' }),
    title,
  })),
  work('work.workflow', [undefined, null, 'flow', {}, new Workflow({ name: 'empty' })], (value) => ({
    workflow: value,
  })),
  work('work.inputs', [null, 'text', 7, [], { schedule: 1 }, { big: 1n }], (inputs) => ({
    workflow: workflow(),
    inputs,
  })),
  work('unknown member of work', ['input'], (key) => ({ workflow: workflow(), [key]: {} })),
  bad(
    'Orchestrator.schedule',
    'another one of the same id',
    [{ ...TIMING, everySeconds: 61 }, CRON],
    async (value) => {
      const one = orchestrator();
      await one.schedule(TIMING, TASK);
      await one.schedule(value, TASK);
    },
    'already-exists',
  ),
  ...ID_ROWS,
  ...UNKNOWN_ROWS,
];
