/** Eight templates for common work in a code base. Each variable has a default, so that a title alone makes a task. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates are text with variables in it
import { TaskPriority, TaskType } from '../contracts/task.ts';
import { TaskTemplate } from './task-template.ts';
import { TaskTemplateLibrary } from './task-template-library.ts';

/** Joins lines, so that a long text reads here as it reads there. */
function lines(...parts: readonly string[]): string {
  return parts.join('\n');
}

/** A method for each template; each call gives a template of its own. */
export const TaskTemplates = {
  /** A new ability of the product. */
  featureImplementation(): TaskTemplate {
    return new TaskTemplate({
      name: 'feature_implementation',
      taskType: TaskType.FEATURE,
      priority: TaskPriority.HIGH,
      descriptionTemplate: lines(
        'Build the feature "${feature_name}".',
        '',
        'What it must do:',
        '${requirements}',
        '',
        'It is done when:',
        '${acceptance_criteria}',
        '',
        'Keep out of scope: ${out_of_scope}',
      ),
      variables: {
        feature_name: 'as named in the title',
        requirements: 'As the title says; write open questions down rather than guess.',
        acceptance_criteria: [
          'the behaviour above is covered by tests that fail without it',
          'bad input gets an error that says what was expected',
          'existing tests, type check and lint pass',
          'the user-facing documentation mentions it',
        ],
        out_of_scope: 'changes that the requirements do not call for',
      },
      metadataTemplate: { component: '${component}', epic: '${epic}' },
      tags: ['development', 'feature'],
    });
  },

  /** Something that does not work as it should. */
  bugFix(): TaskTemplate {
    return new TaskTemplate({
      name: 'bug_fix',
      taskType: TaskType.BUG_FIX,
      priority: TaskPriority.HIGH,
      descriptionTemplate: lines(
        'Fix this bug: ${bug_description}',
        '',
        'How to see it:',
        '${steps_to_reproduce}',
        '',
        'Expected: ${expected_behavior}',
        'Actual: ${actual_behavior}',
        '',
        'It is done when:',
        '${acceptance_criteria}',
      ),
      variables: {
        bug_description: 'see the title',
        steps_to_reproduce: 'Not known yet; find the shortest steps first.',
        expected_behavior: 'not described',
        actual_behavior: 'not described',
        acceptance_criteria: [
          'a test shows the bug before the fix and passes after it',
          'the cause is named, and other places with the same cause are checked',
          'no other test changes its outcome',
        ],
      },
      metadataTemplate: { issue: '${issue}', affectedVersion: '${affected_version}' },
      tags: ['bug', 'fix'],
    });
  },

  /** A second pair of eyes on a change. */
  codeReview(): TaskTemplate {
    return new TaskTemplate({
      name: 'code_review',
      taskType: TaskType.CODE_REVIEW,
      priority: TaskPriority.MEDIUM,
      descriptionTemplate: lines(
        'Review ${review_scope} (${branch_or_pr}).',
        '',
        'Look at:',
        '${focus_areas}',
        '',
        'It is done when:',
        '${acceptance_criteria}',
      ),
      variables: {
        review_scope: 'the change',
        branch_or_pr: 'current branch',
        focus_areas: [
          'does it do what it says, also at the edges and on failure',
          'security: input that is not trusted, secrets, permissions',
          'tests that would fail if the change were wrong',
          'names, size and fit with the code around it',
        ],
        acceptance_criteria: [
          'each finding has a file, a line, a severity and a suggestion',
          'the verdict is one of: accept, accept with changes, reject, with a reason',
        ],
      },
      metadataTemplate: { pullRequest: '${pull_request}' },
      tags: ['review', 'quality'],
    });
  },

  /** A search for weaknesses. */
  securityAudit(): TaskTemplate {
    return new TaskTemplate({
      name: 'security_audit',
      taskType: TaskType.SECURITY_REVIEW,
      priority: TaskPriority.HIGH,
      descriptionTemplate: lines(
        'Audit the security of ${audit_scope}.',
        '',
        'Go through:',
        '- secrets in code, history and configuration',
        '- who may do what: authentication, authorization, sessions',
        '- input that reaches a query, a shell, a path, a template or a parser',
        '- dependencies with known vulnerabilities, and where they come from',
        '- build and deployment: permissions, pinned actions and images',
        '',
        'Look closely at: ${additional_focus}',
        '',
        'It is done when:',
        '${acceptance_criteria}',
      ),
      variables: {
        audit_scope: 'the whole repository',
        additional_focus: 'whatever faces untrusted input',
        acceptance_criteria: [
          'each finding has a location, a severity, a way to exploit it and a way to fix it',
          'critical findings are reported at once',
          'what was not looked at is listed',
        ],
      },
      metadataTemplate: { compliance: '${compliance}' },
      tags: ['security', 'audit'],
    });
  },

  /** One operation of an HTTP interface. */
  apiEndpoint(): TaskTemplate {
    return new TaskTemplate({
      name: 'api_endpoint',
      taskType: TaskType.DEVELOPMENT,
      priority: TaskPriority.MEDIUM,
      descriptionTemplate: lines(
        'Build the endpoint ${method} ${endpoint}: ${endpoint_description}',
        '',
        'Request:',
        '${request_schema}',
        '',
        'Response:',
        '${response_schema}',
        '',
        'Authentication: ${auth_required}',
        '',
        'It is done when:',
        '${acceptance_criteria}',
      ),
      variables: {
        method: 'GET',
        endpoint: '(path to be named)',
        endpoint_description: 'as the title says',
        request_schema: 'To be designed; write it down as JSON Schema.',
        response_schema: 'To be designed; write it down as JSON Schema.',
        auth_required: 'required',
        acceptance_criteria: [
          'requests are checked against the schema; bad ones get 400 with the field named',
          'without permission the answer is 401 or 403 and nothing happens',
          'tests cover success, bad input, missing permission and absence',
          'the API description is up to date',
        ],
      },
      metadataTemplate: { apiVersion: '${api_version}' },
      tags: ['api', 'development', 'backend'],
    });
  },

  /** A change of a database's structure or content. */
  databaseMigration(): TaskTemplate {
    return new TaskTemplate({
      name: 'database_migration',
      taskType: TaskType.DATA,
      priority: TaskPriority.HIGH,
      descriptionTemplate: lines(
        'Write the database migration "${migration_name}".',
        '',
        'Changes:',
        '${migration_changes}',
        '',
        'Way back: ${rollback_strategy}',
        'Impact: ${impact_assessment}',
        '',
        'It is done when:',
        '${acceptance_criteria}',
      ),
      variables: {
        migration_name: 'as named in the title',
        migration_changes: 'As the title says.',
        rollback_strategy: 'a down migration that restores the structure',
        impact_assessment: 'to be measured: locks taken, rows touched, time on data of real size',
        acceptance_criteria: [
          'it runs on a copy of the real structure, and the way back does too',
          'running it twice does no harm',
          'no data is lost, or the loss is named and agreed',
          'the old and the new program both work while it is rolled out',
        ],
      },
      metadataTemplate: { database: '${database}' },
      tags: ['database', 'migration', 'data'],
    });
  },

  /** Tests for something that has too few. */
  testSuite(): TaskTemplate {
    return new TaskTemplate({
      name: 'test_suite',
      taskType: TaskType.TESTING,
      priority: TaskPriority.MEDIUM,
      descriptionTemplate: lines(
        'Write tests for ${test_subject}.',
        '',
        'Kinds of test: ${test_types}',
        'Coverage to reach: ${coverage_target} %',
        '',
        'Cases:',
        '${test_scenarios}',
        '',
        'It is done when:',
        '${acceptance_criteria}',
      ),
      variables: {
        test_subject: 'what the title names',
        test_types: 'unit and integration',
        coverage_target: 80,
        test_scenarios: [
          'the usual way through',
          'edges: empty, one, many, largest, malformed',
          'failure of what it depends on',
        ],
        acceptance_criteria: [
          'each test fails when the behaviour it names is broken',
          'ten runs in a row give the same outcome',
          'no test needs the network or another test to run first',
        ],
      },
      metadataTemplate: { component: '${component}' },
      tags: ['testing', 'quality'],
    });
  },

  /** Words for those who use or change the code. */
  documentation(): TaskTemplate {
    return new TaskTemplate({
      name: 'documentation',
      taskType: TaskType.DOCUMENTATION,
      priority: TaskPriority.LOW,
      descriptionTemplate: lines(
        'Document ${doc_subject}: ${doc_type}, for ${target_audience}.',
        '',
        'Cover:',
        '${topics}',
        '',
        'It is done when:',
        '${acceptance_criteria}',
      ),
      variables: {
        doc_subject: 'what the title names',
        doc_type: 'technical documentation',
        target_audience: 'developers new to the project',
        topics: [
          'what it is for',
          'how to start',
          'the public interface',
          'examples that run',
          'known limits',
        ],
        acceptance_criteria: [
          'commands and examples were run and give what the text says',
          'links and anchors lead somewhere',
          'a reader of the named audience can do the first task without asking',
        ],
      },
      metadataTemplate: { component: '${component}' },
      tags: ['documentation'],
    });
  },

  /** A library of all eight. Each call gives a library of its own. */
  getDefaultLibrary(): TaskTemplateLibrary {
    const library = new TaskTemplateLibrary();
    library.addTemplate(TaskTemplates.featureImplementation());
    library.addTemplate(TaskTemplates.bugFix());
    library.addTemplate(TaskTemplates.codeReview());
    library.addTemplate(TaskTemplates.securityAudit());
    library.addTemplate(TaskTemplates.apiEndpoint());
    library.addTemplate(TaskTemplates.databaseMigration());
    library.addTemplate(TaskTemplates.testSuite());
    library.addTemplate(TaskTemplates.documentation());
    return library;
  },
} as const;
