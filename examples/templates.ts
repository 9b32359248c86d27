// Tasks from templates: one that comes along, one of your own, and the error for a variable without a value.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts with variables are what this shows
import { OrchestratorError, TaskTemplate, TaskTemplates } from 'autogen-orchestrator';

const library = TaskTemplates.getDefaultLibrary();
library.addTemplate(
  new TaskTemplate({
    name: 'release_notes',
    descriptionTemplate: 'Write notes for ${version}, for ${audience}.',
    taskType: 'documentation',
    variables: { audience: 'users' },
    tags: ['docs', 'release'],
  }),
);
console.log(library.listTemplates().length, 'templates');

const notes = library.createTaskFromTemplate('release_notes', {
  title: 'Notes for 2.0',
  variables: { version: '2.0' },
  priority: 'high',
});
console.log(`${notes.taskType}, ${notes.priority}: ${notes.description}`);
console.log('made from', notes.metadata['templateName']);

try {
  library.createTaskFromTemplate('release_notes', { title: 'Notes for what?' });
} catch (error) {
  if (OrchestratorError.isInstance(error)) console.log(`${error.code}: ${error.message}`);
}

// Prints:
// 9 templates
// documentation, high: Write notes for 2.0, for users.
// made from release_notes
// missing-variable: Template "release_notes" needs a value for ${version}.
