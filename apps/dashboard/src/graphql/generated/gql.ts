/* eslint-disable */
import * as types from './graphql.ts';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  fragment charts_series on MetricSeries {\n    runId\n    name\n    steps\n    min\n    max\n    mean\n    last\n    bucketed\n  }\n": typeof types.charts_seriesFragmentDoc,
    "\n  query ChartsSeries($runIds: [ID!]!, $names: [String!]!, $fromStep: Int, $toStep: Int, $maxPoints: Int) {\n    series(runIds: $runIds, names: $names, fromStep: $fromStep, toStep: $toStep, maxPoints: $maxPoints) {\n      ...charts_series\n    }\n  }\n": typeof types.ChartsSeriesDocument,
    "\n  subscription ChartsPointsAdded($runIds: [ID!]!) {\n    metricPointsAdded(runIds: $runIds) {\n      ...charts_series\n    }\n  }\n": typeof types.ChartsPointsAddedDocument,
    "\n  fragment comments_comment on Comment {\n    id\n    body\n    createdAt\n    editedAt\n    deleted\n    author {\n      id\n      name\n    }\n  }\n": typeof types.comments_commentFragmentDoc,
    "\n  query Comments($subjectId: ID!, $after: String) {\n    node(id: $subjectId) {\n      __typename\n      id\n      ... on Run {\n        comments(first: 100, after: $after) {\n          nodes {\n            ...comments_comment\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          totalCount\n        }\n      }\n      ... on Completion {\n        commentCount\n        comments(first: 100, after: $after) {\n          nodes {\n            ...comments_comment\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          totalCount\n        }\n      }\n    }\n  }\n": typeof types.CommentsDocument,
    "\n  subscription CommentsAdded($subjectId: ID!) {\n    commentsAdded(subjectId: $subjectId) {\n      ...comments_comment\n    }\n  }\n": typeof types.CommentsAddedDocument,
    "\n  mutation AddComment($input: AddCommentInput!) {\n    addComment(input: $input) {\n      comment {\n        ...comments_comment\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.AddCommentDocument,
    "\n  mutation EditComment($id: ID!, $body: String!) {\n    editComment(id: $id, body: $body) {\n      comment {\n        ...comments_comment\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.EditCommentDocument,
    "\n  mutation DeleteComment($id: ID!) {\n    deleteComment(id: $id) {\n      comment {\n        ...comments_comment\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.DeleteCommentDocument,
    "\n  fragment compare_run on Run {\n    id\n    number\n    name\n    status\n    step\n    totalSteps\n    config\n    metricNames\n    tags\n    durationMs\n    createdAt\n    backend\n    project {\n      id\n      slug\n      name\n    }\n    metricSummaries {\n      name\n      last\n      min\n      max\n      lastStep\n    }\n  }\n": typeof types.compare_runFragmentDoc,
    "\n  query CompareRuns($ids: [ID!]!, $first: Int!) {\n    runs(first: $first, filter: { ids: $ids }) {\n      nodes {\n        id\n        ...compare_run\n      }\n    }\n  }\n": typeof types.CompareRunsDocument,
    "\n  subscription CompareRunUpdated {\n    runUpdated {\n      id\n      status\n      step\n      metricNames\n      metricSummaries {\n        name\n        last\n        min\n        max\n        lastStep\n      }\n    }\n  }\n": typeof types.CompareRunUpdatedDocument,
    "\n  query CompareCandidates($filter: RunFilter!) {\n    runs(first: 30, filter: $filter, orderBy: { field: CREATED_AT, direction: DESC }) {\n      nodes {\n        id\n        number\n        name\n        status\n        project {\n          id\n          name\n        }\n      }\n    }\n  }\n": typeof types.CompareCandidatesDocument,
    "\n  query CompletionDetail($id: ID!) {\n    completion(id: $id) {\n      id\n      ...completion_row\n      ...review_verdicts\n    }\n  }\n": typeof types.CompletionDetailDocument,
    "\n  query CompletionGroup($runId: ID!, $step: Int!, $group: Int!) {\n    run(id: $runId) {\n      id\n      completions(first: 200, filter: { step: { gte: $step, lte: $step }, group: $group }) {\n        nodes {\n          id\n          reward\n        }\n      }\n    }\n  }\n": typeof types.CompletionGroupDocument,
    "\n  query CompletionList($runId: ID!, $filter: CompletionFilter, $orderBy: CompletionOrder, $after: String) {\n    run(id: $runId) {\n      id\n      completions(first: 100, after: $after, filter: $filter, orderBy: $orderBy) {\n        nodes {\n          id\n          ...completion_row\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n": typeof types.CompletionListDocument,
    "\n  query CompletionsOfStep($runId: ID!, $step: Int!, $first: Int!, $after: String) {\n    run(id: $runId) {\n      id\n      completions(\n        first: $first\n        after: $after\n        filter: { step: { gte: $step, lte: $step } }\n        orderBy: { field: STEP, direction: ASC }\n      ) {\n        nodes {\n          id\n          ...completion_row\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n": typeof types.CompletionsOfStepDocument,
    "\n  query CompletionTokens($id: ID!) {\n    completion(id: $id) {\n      id\n      tokens {\n        tokenIds\n        pieces\n        logp\n        refLogp\n        updatedLogp\n      }\n    }\n  }\n": typeof types.CompletionTokensDocument,
    "\n  fragment completion_row on Completion {\n    id\n    step\n    index\n    group\n    promptText\n    answer\n    text\n    tokenCount\n    truncated\n    reward\n    rewards {\n      name\n      value\n      weight\n      version\n      error\n    }\n    advantage\n    signal\n    kl\n    logp\n    refLogp\n    updatedLogp\n    verdictCount\n    verdictsHidden\n    commentCount\n    myVerdict {\n      id\n      value\n    }\n  }\n": typeof types.completion_rowFragmentDoc,
    "\n  query CompletionSteps($runId: ID!, $last: Int!) {\n    run(id: $runId) {\n      id\n      completionSteps(last: $last)\n    }\n  }\n": typeof types.CompletionStepsDocument,
    "\n  subscription CompletionsAdded($runId: ID!) {\n    completionsAdded(runId: $runId) {\n      runId\n      step\n    }\n  }\n": typeof types.CompletionsAddedDocument,
    "\n  mutation CreateProject($input: CreateProjectInput!) {\n    createProject(input: $input) {\n      project {\n        id\n        slug\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.CreateProjectDocument,
    "\n  fragment project_row on Project {\n    id\n    name\n    slug\n    description\n    runCount\n    activeRunCount\n    promptSetCount\n    lastActivityAt\n  }\n": typeof types.project_rowFragmentDoc,
    "\n  query Projects($after: String) {\n    projects(first: 50, after: $after) {\n      nodes {\n        id\n        ...project_row\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      totalCount\n    }\n  }\n": typeof types.ProjectsDocument,
    "\n  query ReviewCard($id: ID!) {\n    completion(id: $id) {\n      id\n      ...completion_row\n      ...review_verdicts\n    }\n  }\n": typeof types.ReviewCardDocument,
    "\n  query ReviewRuns($after: String) {\n    runs(\n      first: 40\n      after: $after\n      filter: { archived: false }\n      orderBy: { field: UPDATED_AT, direction: DESC }\n    ) {\n      nodes {\n        id\n        number\n        name\n        status\n        step\n        updatedAt\n        verdictCount\n        completionSteps(last: 1)\n        project {\n          id\n          name\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.ReviewRunsDocument,
    "\n  query ReviewRun($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      name\n      metricNames\n      project {\n        id\n        slug\n        name\n      }\n    }\n  }\n": typeof types.ReviewRunDocument,
    "\n  query NextToReview($runId: ID!, $filter: CompletionFilter, $excludeIds: [ID!]) {\n    nextToReview(runId: $runId, filter: $filter, excludeIds: $excludeIds) {\n      id\n      ...completion_row\n      ...review_verdicts\n    }\n  }\n": typeof types.NextToReviewDocument,
    "\n  query ReviewProgress($runId: ID!, $filter: CompletionFilter) {\n    reviewProgress(runId: $runId, filter: $filter) {\n      judgedByMe\n      total\n      reviewers\n    }\n  }\n": typeof types.ReviewProgressDocument,
    "\n  fragment review_verdicts on Completion {\n    id\n    verdictCount\n    verdictsHidden\n    commentCount\n    myVerdict {\n      id\n      value\n      note\n    }\n    verdicts {\n      id\n      value\n      note\n      createdAt\n      author {\n        id\n        name\n      }\n    }\n  }\n": typeof types.review_verdictsFragmentDoc,
    "\n  mutation GiveVerdict($input: GiveVerdictInput!) {\n    giveVerdict(input: $input) {\n      verdict {\n        id\n      }\n      completion {\n        ...review_verdicts\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.GiveVerdictDocument,
    "\n  subscription VerdictsAdded($runId: ID!) {\n    verdictsAdded(runId: $runId) {\n      author {\n        id\n        name\n      }\n      completion {\n        ...review_verdicts\n      }\n    }\n  }\n": typeof types.VerdictsAddedDocument,
    "\n  query RunCheckpoints($id: ID!, $after: String) {\n    run(id: $id) {\n      id\n      checkpoints(first: 50, after: $after) {\n        nodes {\n          id\n          step\n          sha256\n          bytes\n          createdAt\n          deletedAt\n          metrics\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n": typeof types.RunCheckpointsDocument,
    "\n  query RunPromptSet($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on PromptSetVersion {\n        version\n        promptCount\n        promptSet {\n          id\n          name\n          project {\n            id\n            slug\n          }\n        }\n      }\n    }\n  }\n": typeof types.RunPromptSetDocument,
    "\n  query RunConfig($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      name\n      config\n      configYaml\n      configHash\n      clonedFrom {\n        id\n        number\n        name\n        config\n      }\n    }\n  }\n": typeof types.RunConfigDocument,
    "\n  query RunLogs($id: ID!, $last: Int!, $before: String) {\n    run(id: $id) {\n      id\n      logs(last: $last, before: $before) {\n        nodes {\n          id\n          time\n          level\n          message\n          step\n        }\n        pageInfo {\n          hasPreviousPage\n          startCursor\n        }\n      }\n    }\n  }\n": typeof types.RunLogsDocument,
    "\n  fragment run_header on Run {\n    id\n    number\n    name\n    status\n    stage\n    pendingCommand\n    step\n    totalSteps\n    tags\n    note\n    archived\n    statusReason\n    leaseLive\n    backend\n    createdAt\n    startedAt\n    finishedAt\n    updatedAt\n    lastHeartbeatAt\n    durationMs\n    verdictCount\n    project {\n      id\n      slug\n      name\n      tags\n    }\n    owner {\n      id\n      name\n    }\n    worker {\n      id\n      name\n      online\n      device\n      backend\n    }\n    clonedFrom {\n      id\n      number\n      name\n    }\n  }\n": typeof types.run_headerFragmentDoc,
    "\n  query RunPage($id: ID!) {\n    run(id: $id) {\n      id\n      metricNames\n      config\n      ...run_header\n    }\n  }\n": typeof types.RunPageDocument,
    "\n  subscription RunPageUpdated($id: ID!) {\n    runUpdated(runId: $id) {\n      id\n      metricNames\n      ...run_header\n    }\n  }\n": typeof types.RunPageUpdatedDocument,
    "\n  fragment run_state on Run {\n    id\n    name\n    status\n    stage\n    pendingCommand\n    statusReason\n    tags\n    note\n    archived\n    updatedAt\n  }\n": typeof types.run_stateFragmentDoc,
    "\n  mutation PauseRun($id: ID!) {\n    pauseRun(id: $id) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.PauseRunDocument,
    "\n  mutation ResumeRun($id: ID!) {\n    resumeRun(id: $id) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.ResumeRunDocument,
    "\n  mutation CancelRunHere($id: ID!) {\n    cancelRun(id: $id) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.CancelRunHereDocument,
    "\n  mutation RenameRun($id: ID!, $name: String!) {\n    renameRun(id: $id, name: $name) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.RenameRunDocument,
    "\n  mutation SetRunTagsHere($id: ID!, $tags: [String!]!) {\n    setRunTags(id: $id, tags: $tags) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.SetRunTagsHereDocument,
    "\n  mutation SetRunNote($id: ID!, $note: String!) {\n    setRunNote(id: $id, note: $note) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.SetRunNoteDocument,
    "\n  mutation ArchiveRunHere($id: ID!, $archived: Boolean!) {\n    archiveRun(id: $id, archived: $archived) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.ArchiveRunHereDocument,
    "\n  mutation ArchiveRun($id: ID!, $archived: Boolean!) {\n    archiveRun(id: $id, archived: $archived) {\n      run {\n        id\n        archived\n        updatedAt\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.ArchiveRunDocument,
    "\n  mutation CancelRun($id: ID!) {\n    cancelRun(id: $id) {\n      run {\n        id\n        status\n        pendingCommand\n        statusReason\n        updatedAt\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.CancelRunDocument,
    "\n  mutation SetRunTags($id: ID!, $tags: [String!]!) {\n    setRunTags(id: $id, tags: $tags) {\n      run {\n        id\n        tags\n        updatedAt\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.SetRunTagsDocument,
    "\n  query RunsProject($slug: String!) {\n    project(slug: $slug) {\n      id\n      name\n      slug\n      description\n      runCount\n      tags\n    }\n    members {\n      user {\n        id\n        name\n      }\n    }\n  }\n": typeof types.RunsProjectDocument,
    "\n  query RunsOfProject(\n    $slug: String!\n    $after: String\n    $filter: RunFilter\n    $orderBy: RunOrder\n    $metrics: [String!]\n  ) {\n    project(slug: $slug) {\n      id\n      runs(first: 50, after: $after, filter: $filter, orderBy: $orderBy) {\n        nodes {\n          id\n          ...run_row\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n": typeof types.RunsOfProjectDocument,
    "\n  fragment run_row on Run {\n    id\n    number\n    name\n    status\n    stage\n    pendingCommand\n    statusReason\n    step\n    totalSteps\n    tags\n    archived\n    backend\n    leaseLive\n    createdAt\n    startedAt\n    finishedAt\n    updatedAt\n    durationMs\n    verdictCount\n    metricNames\n    owner {\n      id\n      name\n    }\n    worker {\n      id\n      name\n    }\n    sparkline(metric: \"reward/mean\", points: 40)\n    metricSummaries(names: $metrics) {\n      name\n      last\n      min\n      max\n      lastStep\n    }\n  }\n": typeof types.run_rowFragmentDoc,
    "\n  subscription RunsUpdated($projectId: ID, $metrics: [String!]) {\n    runUpdated(projectId: $projectId) {\n      id\n      name\n      status\n      stage\n      pendingCommand\n      statusReason\n      step\n      totalSteps\n      tags\n      archived\n      leaseLive\n      startedAt\n      finishedAt\n      updatedAt\n      durationMs\n      worker {\n        id\n        name\n      }\n      metricSummaries(names: $metrics) {\n        name\n        last\n        min\n        max\n        lastStep\n      }\n    }\n  }\n": typeof types.RunsUpdatedDocument,
    "\n  query CommandPalette($text: String, $hasText: Boolean!) {\n    projects(first: 50) {\n      nodes {\n        id\n        name\n        slug\n      }\n    }\n    runs(first: 8, filter: { text: $text }, orderBy: { field: CREATED_AT, direction: DESC })\n      @include(if: $hasText) {\n      nodes {\n        id\n        name\n        number\n        project {\n          id\n          name\n        }\n      }\n    }\n    recent: runs(first: 5, orderBy: { field: CREATED_AT, direction: DESC }) @skip(if: $hasText) {\n      nodes {\n        id\n        name\n        number\n        project {\n          id\n          name\n        }\n      }\n    }\n  }\n": typeof types.CommandPaletteDocument,
    "\n  query Sidebar {\n    projects(first: 8) {\n      nodes {\n        id\n        name\n        slug\n        activeRunCount\n      }\n      totalCount\n    }\n  }\n": typeof types.SidebarDocument,
    "\n  mutation SignOut {\n    signOut {\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.SignOutDocument,
    "\n  query LinkInfo($token: String!) {\n    linkInfo(token: $token) {\n      kind\n      valid\n      role\n      workspaceName\n      invitedBy\n      reason\n    }\n  }\n": typeof types.LinkInfoDocument,
    "\n  mutation SignIn($token: String!, $name: String) {\n    signInWithLink(token: $token, name: $name) {\n      viewer {\n        role\n        user {\n          id\n          name\n        }\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.SignInDocument,
    "\n  query ServerViewer {\n    viewer {\n      role\n      permissions\n      user {\n        id\n        name\n        email\n      }\n      workspace {\n        id\n        name\n      }\n    }\n  }\n": typeof types.ServerViewerDocument,
    "\n  fragment session_viewer on Viewer {\n    role\n    permissions\n    user {\n      id\n      name\n      email\n    }\n    workspace {\n      id\n      name\n    }\n  }\n": typeof types.session_viewerFragmentDoc,
    "\n  query Session {\n    viewer {\n      ...session_viewer\n    }\n  }\n": typeof types.SessionDocument,
};
const documents: Documents = {
    "\n  fragment charts_series on MetricSeries {\n    runId\n    name\n    steps\n    min\n    max\n    mean\n    last\n    bucketed\n  }\n": types.charts_seriesFragmentDoc,
    "\n  query ChartsSeries($runIds: [ID!]!, $names: [String!]!, $fromStep: Int, $toStep: Int, $maxPoints: Int) {\n    series(runIds: $runIds, names: $names, fromStep: $fromStep, toStep: $toStep, maxPoints: $maxPoints) {\n      ...charts_series\n    }\n  }\n": types.ChartsSeriesDocument,
    "\n  subscription ChartsPointsAdded($runIds: [ID!]!) {\n    metricPointsAdded(runIds: $runIds) {\n      ...charts_series\n    }\n  }\n": types.ChartsPointsAddedDocument,
    "\n  fragment comments_comment on Comment {\n    id\n    body\n    createdAt\n    editedAt\n    deleted\n    author {\n      id\n      name\n    }\n  }\n": types.comments_commentFragmentDoc,
    "\n  query Comments($subjectId: ID!, $after: String) {\n    node(id: $subjectId) {\n      __typename\n      id\n      ... on Run {\n        comments(first: 100, after: $after) {\n          nodes {\n            ...comments_comment\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          totalCount\n        }\n      }\n      ... on Completion {\n        commentCount\n        comments(first: 100, after: $after) {\n          nodes {\n            ...comments_comment\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          totalCount\n        }\n      }\n    }\n  }\n": types.CommentsDocument,
    "\n  subscription CommentsAdded($subjectId: ID!) {\n    commentsAdded(subjectId: $subjectId) {\n      ...comments_comment\n    }\n  }\n": types.CommentsAddedDocument,
    "\n  mutation AddComment($input: AddCommentInput!) {\n    addComment(input: $input) {\n      comment {\n        ...comments_comment\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.AddCommentDocument,
    "\n  mutation EditComment($id: ID!, $body: String!) {\n    editComment(id: $id, body: $body) {\n      comment {\n        ...comments_comment\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.EditCommentDocument,
    "\n  mutation DeleteComment($id: ID!) {\n    deleteComment(id: $id) {\n      comment {\n        ...comments_comment\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.DeleteCommentDocument,
    "\n  fragment compare_run on Run {\n    id\n    number\n    name\n    status\n    step\n    totalSteps\n    config\n    metricNames\n    tags\n    durationMs\n    createdAt\n    backend\n    project {\n      id\n      slug\n      name\n    }\n    metricSummaries {\n      name\n      last\n      min\n      max\n      lastStep\n    }\n  }\n": types.compare_runFragmentDoc,
    "\n  query CompareRuns($ids: [ID!]!, $first: Int!) {\n    runs(first: $first, filter: { ids: $ids }) {\n      nodes {\n        id\n        ...compare_run\n      }\n    }\n  }\n": types.CompareRunsDocument,
    "\n  subscription CompareRunUpdated {\n    runUpdated {\n      id\n      status\n      step\n      metricNames\n      metricSummaries {\n        name\n        last\n        min\n        max\n        lastStep\n      }\n    }\n  }\n": types.CompareRunUpdatedDocument,
    "\n  query CompareCandidates($filter: RunFilter!) {\n    runs(first: 30, filter: $filter, orderBy: { field: CREATED_AT, direction: DESC }) {\n      nodes {\n        id\n        number\n        name\n        status\n        project {\n          id\n          name\n        }\n      }\n    }\n  }\n": types.CompareCandidatesDocument,
    "\n  query CompletionDetail($id: ID!) {\n    completion(id: $id) {\n      id\n      ...completion_row\n      ...review_verdicts\n    }\n  }\n": types.CompletionDetailDocument,
    "\n  query CompletionGroup($runId: ID!, $step: Int!, $group: Int!) {\n    run(id: $runId) {\n      id\n      completions(first: 200, filter: { step: { gte: $step, lte: $step }, group: $group }) {\n        nodes {\n          id\n          reward\n        }\n      }\n    }\n  }\n": types.CompletionGroupDocument,
    "\n  query CompletionList($runId: ID!, $filter: CompletionFilter, $orderBy: CompletionOrder, $after: String) {\n    run(id: $runId) {\n      id\n      completions(first: 100, after: $after, filter: $filter, orderBy: $orderBy) {\n        nodes {\n          id\n          ...completion_row\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n": types.CompletionListDocument,
    "\n  query CompletionsOfStep($runId: ID!, $step: Int!, $first: Int!, $after: String) {\n    run(id: $runId) {\n      id\n      completions(\n        first: $first\n        after: $after\n        filter: { step: { gte: $step, lte: $step } }\n        orderBy: { field: STEP, direction: ASC }\n      ) {\n        nodes {\n          id\n          ...completion_row\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n": types.CompletionsOfStepDocument,
    "\n  query CompletionTokens($id: ID!) {\n    completion(id: $id) {\n      id\n      tokens {\n        tokenIds\n        pieces\n        logp\n        refLogp\n        updatedLogp\n      }\n    }\n  }\n": types.CompletionTokensDocument,
    "\n  fragment completion_row on Completion {\n    id\n    step\n    index\n    group\n    promptText\n    answer\n    text\n    tokenCount\n    truncated\n    reward\n    rewards {\n      name\n      value\n      weight\n      version\n      error\n    }\n    advantage\n    signal\n    kl\n    logp\n    refLogp\n    updatedLogp\n    verdictCount\n    verdictsHidden\n    commentCount\n    myVerdict {\n      id\n      value\n    }\n  }\n": types.completion_rowFragmentDoc,
    "\n  query CompletionSteps($runId: ID!, $last: Int!) {\n    run(id: $runId) {\n      id\n      completionSteps(last: $last)\n    }\n  }\n": types.CompletionStepsDocument,
    "\n  subscription CompletionsAdded($runId: ID!) {\n    completionsAdded(runId: $runId) {\n      runId\n      step\n    }\n  }\n": types.CompletionsAddedDocument,
    "\n  mutation CreateProject($input: CreateProjectInput!) {\n    createProject(input: $input) {\n      project {\n        id\n        slug\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.CreateProjectDocument,
    "\n  fragment project_row on Project {\n    id\n    name\n    slug\n    description\n    runCount\n    activeRunCount\n    promptSetCount\n    lastActivityAt\n  }\n": types.project_rowFragmentDoc,
    "\n  query Projects($after: String) {\n    projects(first: 50, after: $after) {\n      nodes {\n        id\n        ...project_row\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      totalCount\n    }\n  }\n": types.ProjectsDocument,
    "\n  query ReviewCard($id: ID!) {\n    completion(id: $id) {\n      id\n      ...completion_row\n      ...review_verdicts\n    }\n  }\n": types.ReviewCardDocument,
    "\n  query ReviewRuns($after: String) {\n    runs(\n      first: 40\n      after: $after\n      filter: { archived: false }\n      orderBy: { field: UPDATED_AT, direction: DESC }\n    ) {\n      nodes {\n        id\n        number\n        name\n        status\n        step\n        updatedAt\n        verdictCount\n        completionSteps(last: 1)\n        project {\n          id\n          name\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.ReviewRunsDocument,
    "\n  query ReviewRun($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      name\n      metricNames\n      project {\n        id\n        slug\n        name\n      }\n    }\n  }\n": types.ReviewRunDocument,
    "\n  query NextToReview($runId: ID!, $filter: CompletionFilter, $excludeIds: [ID!]) {\n    nextToReview(runId: $runId, filter: $filter, excludeIds: $excludeIds) {\n      id\n      ...completion_row\n      ...review_verdicts\n    }\n  }\n": types.NextToReviewDocument,
    "\n  query ReviewProgress($runId: ID!, $filter: CompletionFilter) {\n    reviewProgress(runId: $runId, filter: $filter) {\n      judgedByMe\n      total\n      reviewers\n    }\n  }\n": types.ReviewProgressDocument,
    "\n  fragment review_verdicts on Completion {\n    id\n    verdictCount\n    verdictsHidden\n    commentCount\n    myVerdict {\n      id\n      value\n      note\n    }\n    verdicts {\n      id\n      value\n      note\n      createdAt\n      author {\n        id\n        name\n      }\n    }\n  }\n": types.review_verdictsFragmentDoc,
    "\n  mutation GiveVerdict($input: GiveVerdictInput!) {\n    giveVerdict(input: $input) {\n      verdict {\n        id\n      }\n      completion {\n        ...review_verdicts\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.GiveVerdictDocument,
    "\n  subscription VerdictsAdded($runId: ID!) {\n    verdictsAdded(runId: $runId) {\n      author {\n        id\n        name\n      }\n      completion {\n        ...review_verdicts\n      }\n    }\n  }\n": types.VerdictsAddedDocument,
    "\n  query RunCheckpoints($id: ID!, $after: String) {\n    run(id: $id) {\n      id\n      checkpoints(first: 50, after: $after) {\n        nodes {\n          id\n          step\n          sha256\n          bytes\n          createdAt\n          deletedAt\n          metrics\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n": types.RunCheckpointsDocument,
    "\n  query RunPromptSet($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on PromptSetVersion {\n        version\n        promptCount\n        promptSet {\n          id\n          name\n          project {\n            id\n            slug\n          }\n        }\n      }\n    }\n  }\n": types.RunPromptSetDocument,
    "\n  query RunConfig($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      name\n      config\n      configYaml\n      configHash\n      clonedFrom {\n        id\n        number\n        name\n        config\n      }\n    }\n  }\n": types.RunConfigDocument,
    "\n  query RunLogs($id: ID!, $last: Int!, $before: String) {\n    run(id: $id) {\n      id\n      logs(last: $last, before: $before) {\n        nodes {\n          id\n          time\n          level\n          message\n          step\n        }\n        pageInfo {\n          hasPreviousPage\n          startCursor\n        }\n      }\n    }\n  }\n": types.RunLogsDocument,
    "\n  fragment run_header on Run {\n    id\n    number\n    name\n    status\n    stage\n    pendingCommand\n    step\n    totalSteps\n    tags\n    note\n    archived\n    statusReason\n    leaseLive\n    backend\n    createdAt\n    startedAt\n    finishedAt\n    updatedAt\n    lastHeartbeatAt\n    durationMs\n    verdictCount\n    project {\n      id\n      slug\n      name\n      tags\n    }\n    owner {\n      id\n      name\n    }\n    worker {\n      id\n      name\n      online\n      device\n      backend\n    }\n    clonedFrom {\n      id\n      number\n      name\n    }\n  }\n": types.run_headerFragmentDoc,
    "\n  query RunPage($id: ID!) {\n    run(id: $id) {\n      id\n      metricNames\n      config\n      ...run_header\n    }\n  }\n": types.RunPageDocument,
    "\n  subscription RunPageUpdated($id: ID!) {\n    runUpdated(runId: $id) {\n      id\n      metricNames\n      ...run_header\n    }\n  }\n": types.RunPageUpdatedDocument,
    "\n  fragment run_state on Run {\n    id\n    name\n    status\n    stage\n    pendingCommand\n    statusReason\n    tags\n    note\n    archived\n    updatedAt\n  }\n": types.run_stateFragmentDoc,
    "\n  mutation PauseRun($id: ID!) {\n    pauseRun(id: $id) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.PauseRunDocument,
    "\n  mutation ResumeRun($id: ID!) {\n    resumeRun(id: $id) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.ResumeRunDocument,
    "\n  mutation CancelRunHere($id: ID!) {\n    cancelRun(id: $id) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.CancelRunHereDocument,
    "\n  mutation RenameRun($id: ID!, $name: String!) {\n    renameRun(id: $id, name: $name) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.RenameRunDocument,
    "\n  mutation SetRunTagsHere($id: ID!, $tags: [String!]!) {\n    setRunTags(id: $id, tags: $tags) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.SetRunTagsHereDocument,
    "\n  mutation SetRunNote($id: ID!, $note: String!) {\n    setRunNote(id: $id, note: $note) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.SetRunNoteDocument,
    "\n  mutation ArchiveRunHere($id: ID!, $archived: Boolean!) {\n    archiveRun(id: $id, archived: $archived) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.ArchiveRunHereDocument,
    "\n  mutation ArchiveRun($id: ID!, $archived: Boolean!) {\n    archiveRun(id: $id, archived: $archived) {\n      run {\n        id\n        archived\n        updatedAt\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.ArchiveRunDocument,
    "\n  mutation CancelRun($id: ID!) {\n    cancelRun(id: $id) {\n      run {\n        id\n        status\n        pendingCommand\n        statusReason\n        updatedAt\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.CancelRunDocument,
    "\n  mutation SetRunTags($id: ID!, $tags: [String!]!) {\n    setRunTags(id: $id, tags: $tags) {\n      run {\n        id\n        tags\n        updatedAt\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.SetRunTagsDocument,
    "\n  query RunsProject($slug: String!) {\n    project(slug: $slug) {\n      id\n      name\n      slug\n      description\n      runCount\n      tags\n    }\n    members {\n      user {\n        id\n        name\n      }\n    }\n  }\n": types.RunsProjectDocument,
    "\n  query RunsOfProject(\n    $slug: String!\n    $after: String\n    $filter: RunFilter\n    $orderBy: RunOrder\n    $metrics: [String!]\n  ) {\n    project(slug: $slug) {\n      id\n      runs(first: 50, after: $after, filter: $filter, orderBy: $orderBy) {\n        nodes {\n          id\n          ...run_row\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n": types.RunsOfProjectDocument,
    "\n  fragment run_row on Run {\n    id\n    number\n    name\n    status\n    stage\n    pendingCommand\n    statusReason\n    step\n    totalSteps\n    tags\n    archived\n    backend\n    leaseLive\n    createdAt\n    startedAt\n    finishedAt\n    updatedAt\n    durationMs\n    verdictCount\n    metricNames\n    owner {\n      id\n      name\n    }\n    worker {\n      id\n      name\n    }\n    sparkline(metric: \"reward/mean\", points: 40)\n    metricSummaries(names: $metrics) {\n      name\n      last\n      min\n      max\n      lastStep\n    }\n  }\n": types.run_rowFragmentDoc,
    "\n  subscription RunsUpdated($projectId: ID, $metrics: [String!]) {\n    runUpdated(projectId: $projectId) {\n      id\n      name\n      status\n      stage\n      pendingCommand\n      statusReason\n      step\n      totalSteps\n      tags\n      archived\n      leaseLive\n      startedAt\n      finishedAt\n      updatedAt\n      durationMs\n      worker {\n        id\n        name\n      }\n      metricSummaries(names: $metrics) {\n        name\n        last\n        min\n        max\n        lastStep\n      }\n    }\n  }\n": types.RunsUpdatedDocument,
    "\n  query CommandPalette($text: String, $hasText: Boolean!) {\n    projects(first: 50) {\n      nodes {\n        id\n        name\n        slug\n      }\n    }\n    runs(first: 8, filter: { text: $text }, orderBy: { field: CREATED_AT, direction: DESC })\n      @include(if: $hasText) {\n      nodes {\n        id\n        name\n        number\n        project {\n          id\n          name\n        }\n      }\n    }\n    recent: runs(first: 5, orderBy: { field: CREATED_AT, direction: DESC }) @skip(if: $hasText) {\n      nodes {\n        id\n        name\n        number\n        project {\n          id\n          name\n        }\n      }\n    }\n  }\n": types.CommandPaletteDocument,
    "\n  query Sidebar {\n    projects(first: 8) {\n      nodes {\n        id\n        name\n        slug\n        activeRunCount\n      }\n      totalCount\n    }\n  }\n": types.SidebarDocument,
    "\n  mutation SignOut {\n    signOut {\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.SignOutDocument,
    "\n  query LinkInfo($token: String!) {\n    linkInfo(token: $token) {\n      kind\n      valid\n      role\n      workspaceName\n      invitedBy\n      reason\n    }\n  }\n": types.LinkInfoDocument,
    "\n  mutation SignIn($token: String!, $name: String) {\n    signInWithLink(token: $token, name: $name) {\n      viewer {\n        role\n        user {\n          id\n          name\n        }\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.SignInDocument,
    "\n  query ServerViewer {\n    viewer {\n      role\n      permissions\n      user {\n        id\n        name\n        email\n      }\n      workspace {\n        id\n        name\n      }\n    }\n  }\n": types.ServerViewerDocument,
    "\n  fragment session_viewer on Viewer {\n    role\n    permissions\n    user {\n      id\n      name\n      email\n    }\n    workspace {\n      id\n      name\n    }\n  }\n": types.session_viewerFragmentDoc,
    "\n  query Session {\n    viewer {\n      ...session_viewer\n    }\n  }\n": types.SessionDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment charts_series on MetricSeries {\n    runId\n    name\n    steps\n    min\n    max\n    mean\n    last\n    bucketed\n  }\n"): (typeof documents)["\n  fragment charts_series on MetricSeries {\n    runId\n    name\n    steps\n    min\n    max\n    mean\n    last\n    bucketed\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ChartsSeries($runIds: [ID!]!, $names: [String!]!, $fromStep: Int, $toStep: Int, $maxPoints: Int) {\n    series(runIds: $runIds, names: $names, fromStep: $fromStep, toStep: $toStep, maxPoints: $maxPoints) {\n      ...charts_series\n    }\n  }\n"): (typeof documents)["\n  query ChartsSeries($runIds: [ID!]!, $names: [String!]!, $fromStep: Int, $toStep: Int, $maxPoints: Int) {\n    series(runIds: $runIds, names: $names, fromStep: $fromStep, toStep: $toStep, maxPoints: $maxPoints) {\n      ...charts_series\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ChartsPointsAdded($runIds: [ID!]!) {\n    metricPointsAdded(runIds: $runIds) {\n      ...charts_series\n    }\n  }\n"): (typeof documents)["\n  subscription ChartsPointsAdded($runIds: [ID!]!) {\n    metricPointsAdded(runIds: $runIds) {\n      ...charts_series\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment comments_comment on Comment {\n    id\n    body\n    createdAt\n    editedAt\n    deleted\n    author {\n      id\n      name\n    }\n  }\n"): (typeof documents)["\n  fragment comments_comment on Comment {\n    id\n    body\n    createdAt\n    editedAt\n    deleted\n    author {\n      id\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Comments($subjectId: ID!, $after: String) {\n    node(id: $subjectId) {\n      __typename\n      id\n      ... on Run {\n        comments(first: 100, after: $after) {\n          nodes {\n            ...comments_comment\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          totalCount\n        }\n      }\n      ... on Completion {\n        commentCount\n        comments(first: 100, after: $after) {\n          nodes {\n            ...comments_comment\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          totalCount\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Comments($subjectId: ID!, $after: String) {\n    node(id: $subjectId) {\n      __typename\n      id\n      ... on Run {\n        comments(first: 100, after: $after) {\n          nodes {\n            ...comments_comment\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          totalCount\n        }\n      }\n      ... on Completion {\n        commentCount\n        comments(first: 100, after: $after) {\n          nodes {\n            ...comments_comment\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          totalCount\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription CommentsAdded($subjectId: ID!) {\n    commentsAdded(subjectId: $subjectId) {\n      ...comments_comment\n    }\n  }\n"): (typeof documents)["\n  subscription CommentsAdded($subjectId: ID!) {\n    commentsAdded(subjectId: $subjectId) {\n      ...comments_comment\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AddComment($input: AddCommentInput!) {\n    addComment(input: $input) {\n      comment {\n        ...comments_comment\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation AddComment($input: AddCommentInput!) {\n    addComment(input: $input) {\n      comment {\n        ...comments_comment\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EditComment($id: ID!, $body: String!) {\n    editComment(id: $id, body: $body) {\n      comment {\n        ...comments_comment\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation EditComment($id: ID!, $body: String!) {\n    editComment(id: $id, body: $body) {\n      comment {\n        ...comments_comment\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteComment($id: ID!) {\n    deleteComment(id: $id) {\n      comment {\n        ...comments_comment\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation DeleteComment($id: ID!) {\n    deleteComment(id: $id) {\n      comment {\n        ...comments_comment\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment compare_run on Run {\n    id\n    number\n    name\n    status\n    step\n    totalSteps\n    config\n    metricNames\n    tags\n    durationMs\n    createdAt\n    backend\n    project {\n      id\n      slug\n      name\n    }\n    metricSummaries {\n      name\n      last\n      min\n      max\n      lastStep\n    }\n  }\n"): (typeof documents)["\n  fragment compare_run on Run {\n    id\n    number\n    name\n    status\n    step\n    totalSteps\n    config\n    metricNames\n    tags\n    durationMs\n    createdAt\n    backend\n    project {\n      id\n      slug\n      name\n    }\n    metricSummaries {\n      name\n      last\n      min\n      max\n      lastStep\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompareRuns($ids: [ID!]!, $first: Int!) {\n    runs(first: $first, filter: { ids: $ids }) {\n      nodes {\n        id\n        ...compare_run\n      }\n    }\n  }\n"): (typeof documents)["\n  query CompareRuns($ids: [ID!]!, $first: Int!) {\n    runs(first: $first, filter: { ids: $ids }) {\n      nodes {\n        id\n        ...compare_run\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription CompareRunUpdated {\n    runUpdated {\n      id\n      status\n      step\n      metricNames\n      metricSummaries {\n        name\n        last\n        min\n        max\n        lastStep\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription CompareRunUpdated {\n    runUpdated {\n      id\n      status\n      step\n      metricNames\n      metricSummaries {\n        name\n        last\n        min\n        max\n        lastStep\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompareCandidates($filter: RunFilter!) {\n    runs(first: 30, filter: $filter, orderBy: { field: CREATED_AT, direction: DESC }) {\n      nodes {\n        id\n        number\n        name\n        status\n        project {\n          id\n          name\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query CompareCandidates($filter: RunFilter!) {\n    runs(first: 30, filter: $filter, orderBy: { field: CREATED_AT, direction: DESC }) {\n      nodes {\n        id\n        number\n        name\n        status\n        project {\n          id\n          name\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompletionDetail($id: ID!) {\n    completion(id: $id) {\n      id\n      ...completion_row\n      ...review_verdicts\n    }\n  }\n"): (typeof documents)["\n  query CompletionDetail($id: ID!) {\n    completion(id: $id) {\n      id\n      ...completion_row\n      ...review_verdicts\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompletionGroup($runId: ID!, $step: Int!, $group: Int!) {\n    run(id: $runId) {\n      id\n      completions(first: 200, filter: { step: { gte: $step, lte: $step }, group: $group }) {\n        nodes {\n          id\n          reward\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query CompletionGroup($runId: ID!, $step: Int!, $group: Int!) {\n    run(id: $runId) {\n      id\n      completions(first: 200, filter: { step: { gte: $step, lte: $step }, group: $group }) {\n        nodes {\n          id\n          reward\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompletionList($runId: ID!, $filter: CompletionFilter, $orderBy: CompletionOrder, $after: String) {\n    run(id: $runId) {\n      id\n      completions(first: 100, after: $after, filter: $filter, orderBy: $orderBy) {\n        nodes {\n          id\n          ...completion_row\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n"): (typeof documents)["\n  query CompletionList($runId: ID!, $filter: CompletionFilter, $orderBy: CompletionOrder, $after: String) {\n    run(id: $runId) {\n      id\n      completions(first: 100, after: $after, filter: $filter, orderBy: $orderBy) {\n        nodes {\n          id\n          ...completion_row\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompletionsOfStep($runId: ID!, $step: Int!, $first: Int!, $after: String) {\n    run(id: $runId) {\n      id\n      completions(\n        first: $first\n        after: $after\n        filter: { step: { gte: $step, lte: $step } }\n        orderBy: { field: STEP, direction: ASC }\n      ) {\n        nodes {\n          id\n          ...completion_row\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n"): (typeof documents)["\n  query CompletionsOfStep($runId: ID!, $step: Int!, $first: Int!, $after: String) {\n    run(id: $runId) {\n      id\n      completions(\n        first: $first\n        after: $after\n        filter: { step: { gte: $step, lte: $step } }\n        orderBy: { field: STEP, direction: ASC }\n      ) {\n        nodes {\n          id\n          ...completion_row\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompletionTokens($id: ID!) {\n    completion(id: $id) {\n      id\n      tokens {\n        tokenIds\n        pieces\n        logp\n        refLogp\n        updatedLogp\n      }\n    }\n  }\n"): (typeof documents)["\n  query CompletionTokens($id: ID!) {\n    completion(id: $id) {\n      id\n      tokens {\n        tokenIds\n        pieces\n        logp\n        refLogp\n        updatedLogp\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment completion_row on Completion {\n    id\n    step\n    index\n    group\n    promptText\n    answer\n    text\n    tokenCount\n    truncated\n    reward\n    rewards {\n      name\n      value\n      weight\n      version\n      error\n    }\n    advantage\n    signal\n    kl\n    logp\n    refLogp\n    updatedLogp\n    verdictCount\n    verdictsHidden\n    commentCount\n    myVerdict {\n      id\n      value\n    }\n  }\n"): (typeof documents)["\n  fragment completion_row on Completion {\n    id\n    step\n    index\n    group\n    promptText\n    answer\n    text\n    tokenCount\n    truncated\n    reward\n    rewards {\n      name\n      value\n      weight\n      version\n      error\n    }\n    advantage\n    signal\n    kl\n    logp\n    refLogp\n    updatedLogp\n    verdictCount\n    verdictsHidden\n    commentCount\n    myVerdict {\n      id\n      value\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompletionSteps($runId: ID!, $last: Int!) {\n    run(id: $runId) {\n      id\n      completionSteps(last: $last)\n    }\n  }\n"): (typeof documents)["\n  query CompletionSteps($runId: ID!, $last: Int!) {\n    run(id: $runId) {\n      id\n      completionSteps(last: $last)\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription CompletionsAdded($runId: ID!) {\n    completionsAdded(runId: $runId) {\n      runId\n      step\n    }\n  }\n"): (typeof documents)["\n  subscription CompletionsAdded($runId: ID!) {\n    completionsAdded(runId: $runId) {\n      runId\n      step\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateProject($input: CreateProjectInput!) {\n    createProject(input: $input) {\n      project {\n        id\n        slug\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation CreateProject($input: CreateProjectInput!) {\n    createProject(input: $input) {\n      project {\n        id\n        slug\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment project_row on Project {\n    id\n    name\n    slug\n    description\n    runCount\n    activeRunCount\n    promptSetCount\n    lastActivityAt\n  }\n"): (typeof documents)["\n  fragment project_row on Project {\n    id\n    name\n    slug\n    description\n    runCount\n    activeRunCount\n    promptSetCount\n    lastActivityAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Projects($after: String) {\n    projects(first: 50, after: $after) {\n      nodes {\n        id\n        ...project_row\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      totalCount\n    }\n  }\n"): (typeof documents)["\n  query Projects($after: String) {\n    projects(first: 50, after: $after) {\n      nodes {\n        id\n        ...project_row\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      totalCount\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReviewCard($id: ID!) {\n    completion(id: $id) {\n      id\n      ...completion_row\n      ...review_verdicts\n    }\n  }\n"): (typeof documents)["\n  query ReviewCard($id: ID!) {\n    completion(id: $id) {\n      id\n      ...completion_row\n      ...review_verdicts\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReviewRuns($after: String) {\n    runs(\n      first: 40\n      after: $after\n      filter: { archived: false }\n      orderBy: { field: UPDATED_AT, direction: DESC }\n    ) {\n      nodes {\n        id\n        number\n        name\n        status\n        step\n        updatedAt\n        verdictCount\n        completionSteps(last: 1)\n        project {\n          id\n          name\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query ReviewRuns($after: String) {\n    runs(\n      first: 40\n      after: $after\n      filter: { archived: false }\n      orderBy: { field: UPDATED_AT, direction: DESC }\n    ) {\n      nodes {\n        id\n        number\n        name\n        status\n        step\n        updatedAt\n        verdictCount\n        completionSteps(last: 1)\n        project {\n          id\n          name\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReviewRun($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      name\n      metricNames\n      project {\n        id\n        slug\n        name\n      }\n    }\n  }\n"): (typeof documents)["\n  query ReviewRun($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      name\n      metricNames\n      project {\n        id\n        slug\n        name\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query NextToReview($runId: ID!, $filter: CompletionFilter, $excludeIds: [ID!]) {\n    nextToReview(runId: $runId, filter: $filter, excludeIds: $excludeIds) {\n      id\n      ...completion_row\n      ...review_verdicts\n    }\n  }\n"): (typeof documents)["\n  query NextToReview($runId: ID!, $filter: CompletionFilter, $excludeIds: [ID!]) {\n    nextToReview(runId: $runId, filter: $filter, excludeIds: $excludeIds) {\n      id\n      ...completion_row\n      ...review_verdicts\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReviewProgress($runId: ID!, $filter: CompletionFilter) {\n    reviewProgress(runId: $runId, filter: $filter) {\n      judgedByMe\n      total\n      reviewers\n    }\n  }\n"): (typeof documents)["\n  query ReviewProgress($runId: ID!, $filter: CompletionFilter) {\n    reviewProgress(runId: $runId, filter: $filter) {\n      judgedByMe\n      total\n      reviewers\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment review_verdicts on Completion {\n    id\n    verdictCount\n    verdictsHidden\n    commentCount\n    myVerdict {\n      id\n      value\n      note\n    }\n    verdicts {\n      id\n      value\n      note\n      createdAt\n      author {\n        id\n        name\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment review_verdicts on Completion {\n    id\n    verdictCount\n    verdictsHidden\n    commentCount\n    myVerdict {\n      id\n      value\n      note\n    }\n    verdicts {\n      id\n      value\n      note\n      createdAt\n      author {\n        id\n        name\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation GiveVerdict($input: GiveVerdictInput!) {\n    giveVerdict(input: $input) {\n      verdict {\n        id\n      }\n      completion {\n        ...review_verdicts\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation GiveVerdict($input: GiveVerdictInput!) {\n    giveVerdict(input: $input) {\n      verdict {\n        id\n      }\n      completion {\n        ...review_verdicts\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription VerdictsAdded($runId: ID!) {\n    verdictsAdded(runId: $runId) {\n      author {\n        id\n        name\n      }\n      completion {\n        ...review_verdicts\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription VerdictsAdded($runId: ID!) {\n    verdictsAdded(runId: $runId) {\n      author {\n        id\n        name\n      }\n      completion {\n        ...review_verdicts\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunCheckpoints($id: ID!, $after: String) {\n    run(id: $id) {\n      id\n      checkpoints(first: 50, after: $after) {\n        nodes {\n          id\n          step\n          sha256\n          bytes\n          createdAt\n          deletedAt\n          metrics\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n"): (typeof documents)["\n  query RunCheckpoints($id: ID!, $after: String) {\n    run(id: $id) {\n      id\n      checkpoints(first: 50, after: $after) {\n        nodes {\n          id\n          step\n          sha256\n          bytes\n          createdAt\n          deletedAt\n          metrics\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunPromptSet($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on PromptSetVersion {\n        version\n        promptCount\n        promptSet {\n          id\n          name\n          project {\n            id\n            slug\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query RunPromptSet($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on PromptSetVersion {\n        version\n        promptCount\n        promptSet {\n          id\n          name\n          project {\n            id\n            slug\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunConfig($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      name\n      config\n      configYaml\n      configHash\n      clonedFrom {\n        id\n        number\n        name\n        config\n      }\n    }\n  }\n"): (typeof documents)["\n  query RunConfig($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      name\n      config\n      configYaml\n      configHash\n      clonedFrom {\n        id\n        number\n        name\n        config\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunLogs($id: ID!, $last: Int!, $before: String) {\n    run(id: $id) {\n      id\n      logs(last: $last, before: $before) {\n        nodes {\n          id\n          time\n          level\n          message\n          step\n        }\n        pageInfo {\n          hasPreviousPage\n          startCursor\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query RunLogs($id: ID!, $last: Int!, $before: String) {\n    run(id: $id) {\n      id\n      logs(last: $last, before: $before) {\n        nodes {\n          id\n          time\n          level\n          message\n          step\n        }\n        pageInfo {\n          hasPreviousPage\n          startCursor\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment run_header on Run {\n    id\n    number\n    name\n    status\n    stage\n    pendingCommand\n    step\n    totalSteps\n    tags\n    note\n    archived\n    statusReason\n    leaseLive\n    backend\n    createdAt\n    startedAt\n    finishedAt\n    updatedAt\n    lastHeartbeatAt\n    durationMs\n    verdictCount\n    project {\n      id\n      slug\n      name\n      tags\n    }\n    owner {\n      id\n      name\n    }\n    worker {\n      id\n      name\n      online\n      device\n      backend\n    }\n    clonedFrom {\n      id\n      number\n      name\n    }\n  }\n"): (typeof documents)["\n  fragment run_header on Run {\n    id\n    number\n    name\n    status\n    stage\n    pendingCommand\n    step\n    totalSteps\n    tags\n    note\n    archived\n    statusReason\n    leaseLive\n    backend\n    createdAt\n    startedAt\n    finishedAt\n    updatedAt\n    lastHeartbeatAt\n    durationMs\n    verdictCount\n    project {\n      id\n      slug\n      name\n      tags\n    }\n    owner {\n      id\n      name\n    }\n    worker {\n      id\n      name\n      online\n      device\n      backend\n    }\n    clonedFrom {\n      id\n      number\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunPage($id: ID!) {\n    run(id: $id) {\n      id\n      metricNames\n      config\n      ...run_header\n    }\n  }\n"): (typeof documents)["\n  query RunPage($id: ID!) {\n    run(id: $id) {\n      id\n      metricNames\n      config\n      ...run_header\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription RunPageUpdated($id: ID!) {\n    runUpdated(runId: $id) {\n      id\n      metricNames\n      ...run_header\n    }\n  }\n"): (typeof documents)["\n  subscription RunPageUpdated($id: ID!) {\n    runUpdated(runId: $id) {\n      id\n      metricNames\n      ...run_header\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment run_state on Run {\n    id\n    name\n    status\n    stage\n    pendingCommand\n    statusReason\n    tags\n    note\n    archived\n    updatedAt\n  }\n"): (typeof documents)["\n  fragment run_state on Run {\n    id\n    name\n    status\n    stage\n    pendingCommand\n    statusReason\n    tags\n    note\n    archived\n    updatedAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PauseRun($id: ID!) {\n    pauseRun(id: $id) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation PauseRun($id: ID!) {\n    pauseRun(id: $id) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResumeRun($id: ID!) {\n    resumeRun(id: $id) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation ResumeRun($id: ID!) {\n    resumeRun(id: $id) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CancelRunHere($id: ID!) {\n    cancelRun(id: $id) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation CancelRunHere($id: ID!) {\n    cancelRun(id: $id) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RenameRun($id: ID!, $name: String!) {\n    renameRun(id: $id, name: $name) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation RenameRun($id: ID!, $name: String!) {\n    renameRun(id: $id, name: $name) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetRunTagsHere($id: ID!, $tags: [String!]!) {\n    setRunTags(id: $id, tags: $tags) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SetRunTagsHere($id: ID!, $tags: [String!]!) {\n    setRunTags(id: $id, tags: $tags) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetRunNote($id: ID!, $note: String!) {\n    setRunNote(id: $id, note: $note) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SetRunNote($id: ID!, $note: String!) {\n    setRunNote(id: $id, note: $note) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ArchiveRunHere($id: ID!, $archived: Boolean!) {\n    archiveRun(id: $id, archived: $archived) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation ArchiveRunHere($id: ID!, $archived: Boolean!) {\n    archiveRun(id: $id, archived: $archived) {\n      run {\n        ...run_state\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ArchiveRun($id: ID!, $archived: Boolean!) {\n    archiveRun(id: $id, archived: $archived) {\n      run {\n        id\n        archived\n        updatedAt\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation ArchiveRun($id: ID!, $archived: Boolean!) {\n    archiveRun(id: $id, archived: $archived) {\n      run {\n        id\n        archived\n        updatedAt\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CancelRun($id: ID!) {\n    cancelRun(id: $id) {\n      run {\n        id\n        status\n        pendingCommand\n        statusReason\n        updatedAt\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation CancelRun($id: ID!) {\n    cancelRun(id: $id) {\n      run {\n        id\n        status\n        pendingCommand\n        statusReason\n        updatedAt\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetRunTags($id: ID!, $tags: [String!]!) {\n    setRunTags(id: $id, tags: $tags) {\n      run {\n        id\n        tags\n        updatedAt\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SetRunTags($id: ID!, $tags: [String!]!) {\n    setRunTags(id: $id, tags: $tags) {\n      run {\n        id\n        tags\n        updatedAt\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunsProject($slug: String!) {\n    project(slug: $slug) {\n      id\n      name\n      slug\n      description\n      runCount\n      tags\n    }\n    members {\n      user {\n        id\n        name\n      }\n    }\n  }\n"): (typeof documents)["\n  query RunsProject($slug: String!) {\n    project(slug: $slug) {\n      id\n      name\n      slug\n      description\n      runCount\n      tags\n    }\n    members {\n      user {\n        id\n        name\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunsOfProject(\n    $slug: String!\n    $after: String\n    $filter: RunFilter\n    $orderBy: RunOrder\n    $metrics: [String!]\n  ) {\n    project(slug: $slug) {\n      id\n      runs(first: 50, after: $after, filter: $filter, orderBy: $orderBy) {\n        nodes {\n          id\n          ...run_row\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n"): (typeof documents)["\n  query RunsOfProject(\n    $slug: String!\n    $after: String\n    $filter: RunFilter\n    $orderBy: RunOrder\n    $metrics: [String!]\n  ) {\n    project(slug: $slug) {\n      id\n      runs(first: 50, after: $after, filter: $filter, orderBy: $orderBy) {\n        nodes {\n          id\n          ...run_row\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n        totalCount\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment run_row on Run {\n    id\n    number\n    name\n    status\n    stage\n    pendingCommand\n    statusReason\n    step\n    totalSteps\n    tags\n    archived\n    backend\n    leaseLive\n    createdAt\n    startedAt\n    finishedAt\n    updatedAt\n    durationMs\n    verdictCount\n    metricNames\n    owner {\n      id\n      name\n    }\n    worker {\n      id\n      name\n    }\n    sparkline(metric: \"reward/mean\", points: 40)\n    metricSummaries(names: $metrics) {\n      name\n      last\n      min\n      max\n      lastStep\n    }\n  }\n"): (typeof documents)["\n  fragment run_row on Run {\n    id\n    number\n    name\n    status\n    stage\n    pendingCommand\n    statusReason\n    step\n    totalSteps\n    tags\n    archived\n    backend\n    leaseLive\n    createdAt\n    startedAt\n    finishedAt\n    updatedAt\n    durationMs\n    verdictCount\n    metricNames\n    owner {\n      id\n      name\n    }\n    worker {\n      id\n      name\n    }\n    sparkline(metric: \"reward/mean\", points: 40)\n    metricSummaries(names: $metrics) {\n      name\n      last\n      min\n      max\n      lastStep\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription RunsUpdated($projectId: ID, $metrics: [String!]) {\n    runUpdated(projectId: $projectId) {\n      id\n      name\n      status\n      stage\n      pendingCommand\n      statusReason\n      step\n      totalSteps\n      tags\n      archived\n      leaseLive\n      startedAt\n      finishedAt\n      updatedAt\n      durationMs\n      worker {\n        id\n        name\n      }\n      metricSummaries(names: $metrics) {\n        name\n        last\n        min\n        max\n        lastStep\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription RunsUpdated($projectId: ID, $metrics: [String!]) {\n    runUpdated(projectId: $projectId) {\n      id\n      name\n      status\n      stage\n      pendingCommand\n      statusReason\n      step\n      totalSteps\n      tags\n      archived\n      leaseLive\n      startedAt\n      finishedAt\n      updatedAt\n      durationMs\n      worker {\n        id\n        name\n      }\n      metricSummaries(names: $metrics) {\n        name\n        last\n        min\n        max\n        lastStep\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CommandPalette($text: String, $hasText: Boolean!) {\n    projects(first: 50) {\n      nodes {\n        id\n        name\n        slug\n      }\n    }\n    runs(first: 8, filter: { text: $text }, orderBy: { field: CREATED_AT, direction: DESC })\n      @include(if: $hasText) {\n      nodes {\n        id\n        name\n        number\n        project {\n          id\n          name\n        }\n      }\n    }\n    recent: runs(first: 5, orderBy: { field: CREATED_AT, direction: DESC }) @skip(if: $hasText) {\n      nodes {\n        id\n        name\n        number\n        project {\n          id\n          name\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query CommandPalette($text: String, $hasText: Boolean!) {\n    projects(first: 50) {\n      nodes {\n        id\n        name\n        slug\n      }\n    }\n    runs(first: 8, filter: { text: $text }, orderBy: { field: CREATED_AT, direction: DESC })\n      @include(if: $hasText) {\n      nodes {\n        id\n        name\n        number\n        project {\n          id\n          name\n        }\n      }\n    }\n    recent: runs(first: 5, orderBy: { field: CREATED_AT, direction: DESC }) @skip(if: $hasText) {\n      nodes {\n        id\n        name\n        number\n        project {\n          id\n          name\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Sidebar {\n    projects(first: 8) {\n      nodes {\n        id\n        name\n        slug\n        activeRunCount\n      }\n      totalCount\n    }\n  }\n"): (typeof documents)["\n  query Sidebar {\n    projects(first: 8) {\n      nodes {\n        id\n        name\n        slug\n        activeRunCount\n      }\n      totalCount\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignOut {\n    signOut {\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SignOut {\n    signOut {\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LinkInfo($token: String!) {\n    linkInfo(token: $token) {\n      kind\n      valid\n      role\n      workspaceName\n      invitedBy\n      reason\n    }\n  }\n"): (typeof documents)["\n  query LinkInfo($token: String!) {\n    linkInfo(token: $token) {\n      kind\n      valid\n      role\n      workspaceName\n      invitedBy\n      reason\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignIn($token: String!, $name: String) {\n    signInWithLink(token: $token, name: $name) {\n      viewer {\n        role\n        user {\n          id\n          name\n        }\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SignIn($token: String!, $name: String) {\n    signInWithLink(token: $token, name: $name) {\n      viewer {\n        role\n        user {\n          id\n          name\n        }\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ServerViewer {\n    viewer {\n      role\n      permissions\n      user {\n        id\n        name\n        email\n      }\n      workspace {\n        id\n        name\n      }\n    }\n  }\n"): (typeof documents)["\n  query ServerViewer {\n    viewer {\n      role\n      permissions\n      user {\n        id\n        name\n        email\n      }\n      workspace {\n        id\n        name\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment session_viewer on Viewer {\n    role\n    permissions\n    user {\n      id\n      name\n      email\n    }\n    workspace {\n      id\n      name\n    }\n  }\n"): (typeof documents)["\n  fragment session_viewer on Viewer {\n    role\n    permissions\n    user {\n      id\n      name\n      email\n    }\n    workspace {\n      id\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Session {\n    viewer {\n      ...session_viewer\n    }\n  }\n"): (typeof documents)["\n  query Session {\n    viewer {\n      ...session_viewer\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;