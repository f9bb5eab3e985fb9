/** @file Questions that make sense in any workspace: they run as they stand. `examples.test.ts` checks them against the schema. */

export interface Example {
  readonly title: string;
  readonly text: string;
  readonly query: string;
  readonly variables?: string;
}

export const EXAMPLES: ReadonlyArray<Example> = [
  {
    title: 'Latest runs with their reward',
    text: 'Status, step, last and best reward of the ten newest runs.',
    query: `query LatestRuns {
  runs(first: 10, orderBy: { field: CREATED_AT, direction: DESC }) {
    totalCount
    nodes {
      number
      name
      status
      step
      totalSteps
      tags
      metricSummaries(names: ["reward/mean"]) { name last max lastStep }
    }
  }
}
`,
  },
  {
    title: 'Runs that learned',
    text: 'Conditions on metrics, tags and configuration in one filter.',
    query: `query Learned($least: Float!) {
  runs(
    first: 20
    filter: {
      metric: { name: "reward/mean", aggregate: LAST, gte: $least }
      not: { status: [FAILED, CANCELLED] }
    }
    orderBy: { field: METRIC_LAST, metric: "reward/mean", direction: DESC }
  ) {
    nodes {
      id
      name
      config
      metricSummaries(names: ["reward/mean", "kl/ref_k1"]) { name last }
    }
  }
}
`,
    variables: '{ "least": 0.8 }',
  },
  {
    title: 'A series as columns',
    text: 'Steps and values of two metrics of the newest run, at most 200 points each.',
    query: `query Series {
  runs(first: 1, orderBy: { field: CREATED_AT, direction: DESC }) {
    nodes {
      name
      series(names: ["reward/mean", "policy/entropy"], maxPoints: 200) {
        name
        steps
        mean
        bucketed
        pointCount
      }
    }
  }
}
`,
  },
  {
    title: 'What was pushed up most',
    text: 'Completions of the newest run with the highest advantage, with their reward components.',
    query: `query PushedUp {
  runs(first: 1, orderBy: { field: CREATED_AT, direction: DESC }) {
    nodes {
      name
      completions(first: 10, orderBy: { field: ADVANTAGE, direction: DESC }) {
        nodes {
          step
          promptText
          text
          reward
          rewards { name value weight }
          advantage
          kl
          logp
          updatedLogp
        }
      }
    }
  }
}
`,
  },
  {
    title: 'Watch every run',
    text: 'A subscription: one message whenever a run’s status or step changes.',
    query: `subscription Watch {
  runUpdated {
    name
    status
    step
    totalSteps
    metricSummaries(names: ["reward/mean"]) { last }
  }
}
`,
  },
  {
    title: 'Check a configuration',
    text: 'What the API would say about a run, without launching it.',
    query: `query Check($yaml: String!) {
  validateConfig(yaml: $yaml) {
    valid
    totalSteps
    parameterCount
    errors { path message }
    notes
  }
}
`,
    variables: JSON.stringify(
      {
        yaml: 'name: try\ntask: { kind: addition }\npolicyGradient: { steps: 100, advantage: group_norm }\n',
      },
      null,
      2,
    ),
  },
];
