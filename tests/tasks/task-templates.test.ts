// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of templates is what is tested
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { substitute, variablesIn } from '../../src/tasks/substitute.ts';
import { Task } from '../../src/tasks/task.ts';
import { TaskTemplate } from '../../src/tasks/task-template.ts';
import { TaskTemplateLibrary } from '../../src/tasks/task-template-library.ts';
import { TaskTemplates } from '../../src/tasks/task-templates.ts';

const coded = (code: string, details: object) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });
const ref = (name: string): string => `\${${name}}`;

describe('substitution', () => {
  it('puts values in place of variables, also twice', () => {
    expect(substitute(`${ref('a')} and ${ref('b')} and ${ref('a')}`, { a: 'x', b: 2 }, 't')).toBe(
      'x and 2 and x',
    );
  });

  it('writes a list of texts as lines, other values as JSON', () => {
    expect(substitute(ref('v'), { v: ['one', 'two'] }, 't')).toBe('- one\n- two');
    expect(substitute(ref('v'), { v: { a: [1] } }, 't')).toBe('{"a":[1]}');
    expect(substitute(ref('v'), { v: [] }, 't')).toBe('[]');
  });

  it("doesn't expand what a value brings along, and keeps the signs of replacement as they are", () => {
    expect(substitute(`${ref('a')}${ref('b')}`, { a: ref('b'), b: '$& $1 $$' }, 't')).toBe(
      `${ref('b')}$& $1 $$`,
    );
  });

  it('names the missing variables and the template', () => {
    const act = (): string =>
      substitute(`${ref('one')} ${ref('two')} ${ref('known')}`, { known: '' }, 'greeting');
    expect(act).toThrow('Template "greeting" needs a value for ${one}, ${two}.');
    expect(act).toThrow(coded('missing-variable', { template: 'greeting', missing: ['one', 'two'] }));
  });

  it("takes no value from an object's prototype", () => {
    expect(() => substitute(ref('constructor'), {}, 't')).toThrow(
      coded('missing-variable', { missing: ['constructor'] }),
    );
  });

  it('leaves anything that is no variable as it is', () => {
    const text = '$ {a} $a {a} ${} ${a-b} ${1} ${ a }';
    expect(substitute(text, { a: 'x' }, 't')).toBe(text);
  });

  it('gives the pieces with the values between, for any text and any values', () => {
    const plain = fc.string().map((text) => text.replaceAll('$', ''));
    const pieces = fc.array(fc.tuple(plain, fc.constantFrom('a', 'b_1', '_c'), fc.string()), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(pieces, plain, (parts, end) => {
        const values = Object.fromEntries(parts.map(([, name, value]) => [name, value]));
        const text = parts.map(([before, name]) => before + ref(name)).join('') + end;
        expect(substitute(text, values, 't')).toBe(
          parts.map(([before, name]) => before + values[name]).join('') + end,
        );
        expect(new Set(variablesIn(text))).toEqual(new Set(Object.keys(values)));
      }),
    );
  });
});

describe('a template', () => {
  const template = new TaskTemplate({
    name: 'greet',
    descriptionTemplate: `Greet ${ref('who')} with ${ref('word')}`,
    taskType: 'research',
    priority: 'high',
    variables: { word: 'hello' },
    metadataTemplate: { place: ref('where'), count: 3, to: `for ${ref('who')}` },
    retryConfig: { maxRetries: 7 },
    maxCorrections: 1,
    tags: ['social'],
  });

  it('makes a task with what it knows, the values and the defaults', () => {
    const task = template.createTask({ title: 'Hi', variables: { who: 'Ada' } });
    expect(task).toBeInstanceOf(Task);
    expect(task).toMatchObject({
      title: 'Hi',
      description: 'Greet Ada with hello',
      taskType: 'research',
      priority: 'high',
      maxCorrections: 1,
    });
    expect(task.retryConfig.maxRetries).toBe(7);
  });

  it('notes its name and the values used, and leaves unfilled entries of the metadata out', () => {
    const { metadata } = template.createTask({
      title: 'Hi',
      variables: { who: 'Ada' },
      metadata: { own: true },
    });
    expect(metadata).toEqual({
      count: 3,
      to: 'for Ada',
      templateName: 'greet',
      templateVariables: { word: 'hello', who: 'Ada' },
      own: true,
    });
    expect(
      template.createTask({ title: 'Hi', variables: { who: 'Ada', where: 'here' } }).metadata,
    ).toHaveProperty('place', 'here');
  });

  it('lets the caller set any field otherwise', () => {
    const task = template.createTask({
      title: 'Hi',
      variables: { who: 'Ada' },
      priority: 'low',
      dependencies: ['x'],
      tenant: 'acme',
    });
    expect(task).toMatchObject({
      priority: 'low',
      dependencies: ['x'],
      tenant: 'acme',
      taskType: 'research',
    });
  });

  it('says which variables a caller must give, and refuses to do without', () => {
    expect(template.requiredVariables).toEqual(['who']);
    expect(() => template.createTask({ title: 'Hi' })).toThrow(
      coded('missing-variable', { missing: ['who'] }),
    );
  });

  it.each([
    [{ name: '' }, /template\.name/],
    [{ descriptionTemplate: 5 }, /template\.descriptionTemplate/],
    [{ taskType: 'cooking' }, /template\.taskType/],
    [{ tags: 'a' }, /template\.tags/],
    [{ retryConfig: { jitter: 9 } }, /template\.retryConfig\.jitter/],
    [{ variables: 'who' }, /template\.variables/],
    [{ metadata_template: {} }, /unknown member "metadata_template"/],
  ])('refuses %j', (change, message) => {
    expect(() => new TaskTemplate({ name: 'x', descriptionTemplate: 'y', ...change } as never)).toThrow(
      message,
    );
  });

  it('goes to JSON and back', () => {
    const text = JSON.stringify(template);
    const back = TaskTemplate.fromJSON(JSON.parse(text));
    expect(JSON.stringify(back)).toBe(text);
    expect(back.createTask({ title: 'Hi', variables: { who: 'Ada' } }).retryConfig.maxRetries).toBe(7);
    expect(TaskTemplate.fromJSON({ name: 'x', descriptionTemplate: 'y' }).retryConfig).toBeUndefined();
  });
});

describe('the default library', () => {
  const library = TaskTemplates.getDefaultLibrary();

  it('has the eight templates', () => {
    expect(library.listTemplates()).toEqual([
      'feature_implementation',
      'bug_fix',
      'code_review',
      'security_audit',
      'api_endpoint',
      'database_migration',
      'test_suite',
      'documentation',
    ]);
  });

  it.each(TaskTemplates.getDefaultLibrary().listTemplates())(
    'makes a task of %s from a title alone, with criteria and no variable left',
    (name) => {
      const task = library.createTaskFromTemplate(name, { title: 'Something' });
      expect(variablesIn(task.description)).toEqual([]);
      expect(task.description).toMatch(/It is done when:\n- .+\n- .+/);
      expect(task.metadata).toHaveProperty('templateName', name);
      expect(library.getTemplate(name)?.tags.length).toBeGreaterThan(0);
    },
  );

  it('fills in the variables of the caller', () => {
    const task = library.createTaskFromTemplate('bug_fix', {
      title: 'Fix the log-in',
      variables: {
        bug_description: 'Fails on Safari',
        steps_to_reproduce: ['Open Safari', 'Click log-in'],
        issue: '#12',
      },
      assignedAgent: 'DevAgent',
    });
    expect(task.description).toContain('Fix this bug: Fails on Safari');
    expect(task.description).toContain('- Open Safari\n- Click log-in');
    expect(task).toMatchObject({
      taskType: 'bug_fix',
      priority: 'high',
      assignedAgent: 'DevAgent',
      metadata: { issue: '#12' },
    });
    expect(task.metadata).not.toHaveProperty('affectedVersion');
  });

  it('finds templates by tag and by type', () => {
    expect(library.getTemplatesByTag('quality').map(({ name }) => name)).toEqual([
      'code_review',
      'test_suite',
    ]);
    expect(library.getTemplatesByType('security_review').map(({ name }) => name)).toEqual(['security_audit']);
    expect(library.getTemplatesByTag('none')).toEqual([]);
  });

  it('names an unknown template and those there are', () => {
    expect(() => library.createTaskFromTemplate('cooking', { title: 'x' })).toThrow(
      coded('unknown-template', { template: 'cooking' }),
    );
    expect(() => library.createTaskFromTemplate('cooking', { title: 'x' })).toThrow(
      /there are: feature_implementation, bug_fix/,
    );
    expect(library.getTemplate('cooking')).toBeUndefined();
  });

  it('is a new one at each call', () => {
    const other = TaskTemplates.getDefaultLibrary();
    expect(other.removeTemplate('bug_fix')).toBe(true);
    expect(other.removeTemplate('bug_fix')).toBe(false);
    expect(TaskTemplates.getDefaultLibrary().getTemplate('bug_fix')?.name).toBe('bug_fix');
  });

  it('takes a template in the place of another of the same name', () => {
    const own = new TaskTemplateLibrary();
    own.addTemplate(TaskTemplates.bugFix());
    own.addTemplate(new TaskTemplate({ name: 'bug_fix', descriptionTemplate: 'Ours' }));
    expect(own.listTemplates()).toEqual(['bug_fix']);
    expect(own.createTaskFromTemplate('bug_fix', { title: 'x' }).description).toBe('Ours');
  });

  it('goes to JSON and back, and refuses JSON of a newer version', () => {
    const text = JSON.stringify(library);
    expect(JSON.stringify(TaskTemplateLibrary.fromJSON(JSON.parse(text)))).toBe(text);
    expect(() => TaskTemplateLibrary.fromJSON({ schemaVersion: 9, templates: {} })).toThrow(
      coded('schema-mismatch', { got: 9 }),
    );
    expect(() => TaskTemplateLibrary.fromJSON({ schemaVersion: 1, templates: { x: 1 } })).toThrow(
      /library\.templates\.x/,
    );
  });
});
