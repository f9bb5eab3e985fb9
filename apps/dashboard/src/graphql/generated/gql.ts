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
    "\n  fragment charts_series on MetricSeries {\n    runId name steps min max mean last bucketed\n  }\n": typeof types.charts_seriesFragmentDoc,
    "\n  query ChartsSeries($runIds: [ID!]!, $names: [String!]!, $fromStep: Int, $toStep: Int, $maxPoints: Int) {\n    series(runIds: $runIds, names: $names, fromStep: $fromStep, toStep: $toStep, maxPoints: $maxPoints) {\n      ...charts_series\n    }\n  }\n": typeof types.ChartsSeriesDocument,
    "\n  subscription ChartsPointsAdded($runIds: [ID!]!) {\n    metricPointsAdded(runIds: $runIds) { ...charts_series }\n  }\n": typeof types.ChartsPointsAddedDocument,
    "\n  fragment comments_comment on Comment {\n    id body createdAt editedAt deleted\n    author { id name }\n  }\n": typeof types.comments_commentFragmentDoc,
    "\n  query Comments($subjectId: ID!, $after: String) {\n    node(id: $subjectId) {\n      __typename\n      id\n      ... on Run {\n        comments(first: 100, after: $after) { nodes { ...comments_comment } pageInfo { hasNextPage endCursor } totalCount }\n      }\n      ... on Completion {\n        commentCount\n        comments(first: 100, after: $after) { nodes { ...comments_comment } pageInfo { hasNextPage endCursor } totalCount }\n      }\n    }\n  }\n": typeof types.CommentsDocument,
    "\n  subscription CommentsAdded($subjectId: ID!) {\n    commentsAdded(subjectId: $subjectId) { ...comments_comment }\n  }\n": typeof types.CommentsAddedDocument,
    "\n  mutation AddComment($input: AddCommentInput!) {\n    addComment(input: $input) { comment { ...comments_comment } errors { code message path } }\n  }\n": typeof types.AddCommentDocument,
    "\n  mutation EditComment($id: ID!, $body: String!) {\n    editComment(id: $id, body: $body) { comment { ...comments_comment } errors { code message path } }\n  }\n": typeof types.EditCommentDocument,
    "\n  mutation DeleteComment($id: ID!) {\n    deleteComment(id: $id) { comment { ...comments_comment } errors { code message path } }\n  }\n": typeof types.DeleteCommentDocument,
    "\n  fragment compare_run on Run {\n    id number name status step totalSteps config metricNames tags durationMs createdAt backend\n    project { id slug name }\n    metricSummaries { name last min max lastStep }\n  }\n": typeof types.compare_runFragmentDoc,
    "\n  query CompareRuns($ids: [ID!]!, $first: Int!) {\n    runs(first: $first, filter: { ids: $ids }) { nodes { id ...compare_run } }\n  }\n": typeof types.CompareRunsDocument,
    "\n  subscription CompareRunUpdated {\n    runUpdated { id status step metricNames metricSummaries { name last min max lastStep } }\n  }\n": typeof types.CompareRunUpdatedDocument,
    "\n  query CompareCandidates($filter: RunFilter!) {\n    runs(first: 30, filter: $filter, orderBy: { field: CREATED_AT, direction: DESC }) {\n      nodes { id number name status project { id name } }\n    }\n  }\n": typeof types.CompareCandidatesDocument,
    "\n  query CompletionDetail($id: ID!) {\n    completion(id: $id) { id ...completion_row ...review_verdicts }\n  }\n": typeof types.CompletionDetailDocument,
    "\n  query CompletionGroup($runId: ID!, $step: Int!, $group: Int!) {\n    run(id: $runId) {\n      id\n      completions(first: 200, filter: { step: { gte: $step, lte: $step }, group: $group }) { nodes { id reward } }\n    }\n  }\n": typeof types.CompletionGroupDocument,
    "\n  query CompletionList($runId: ID!, $filter: CompletionFilter, $orderBy: CompletionOrder, $after: String) {\n    run(id: $runId) {\n      id\n      completions(first: 100, after: $after, filter: $filter, orderBy: $orderBy) {\n        nodes { id ...completion_row }\n        pageInfo { hasNextPage endCursor }\n        totalCount\n      }\n    }\n  }\n": typeof types.CompletionListDocument,
    "\n  query CompletionsOfStep($runId: ID!, $step: Int!, $first: Int!, $after: String) {\n    run(id: $runId) {\n      id\n      completions(first: $first, after: $after, filter: { step: { gte: $step, lte: $step } }, orderBy: { field: STEP, direction: ASC }) {\n        nodes { id ...completion_row }\n        pageInfo { hasNextPage endCursor }\n        totalCount\n      }\n    }\n  }\n": typeof types.CompletionsOfStepDocument,
    "\n  query CompletionTokens($id: ID!) {\n    completion(id: $id) {\n      id\n      tokens { tokenIds pieces logp refLogp updatedLogp }\n    }\n  }\n": typeof types.CompletionTokensDocument,
    "\n  fragment completion_row on Completion {\n    id step index group promptText answer text tokenCount truncated\n    reward\n    rewards { name value weight version error }\n    advantage signal kl logp refLogp updatedLogp\n    verdictCount verdictsHidden commentCount\n    myVerdict { id value }\n  }\n": typeof types.completion_rowFragmentDoc,
    "\n  query CompletionSteps($runId: ID!, $last: Int!) {\n    run(id: $runId) { id completionSteps(last: $last) }\n  }\n": typeof types.CompletionStepsDocument,
    "\n  subscription CompletionsAdded($runId: ID!) {\n    completionsAdded(runId: $runId) { runId step }\n  }\n": typeof types.CompletionsAddedDocument,
    "\n  mutation CreateProject($input: CreateProjectInput!) {\n    createProject(input: $input) {\n      project {\n        id\n        slug\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.CreateProjectDocument,
    "\n  fragment project_row on Project {\n    id\n    name\n    slug\n    description\n    runCount\n    activeRunCount\n    promptSetCount\n    lastActivityAt\n  }\n": typeof types.project_rowFragmentDoc,
    "\n  query Projects($after: String) {\n    projects(first: 50, after: $after) {\n      nodes {\n        id\n        ...project_row\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      totalCount\n    }\n  }\n": typeof types.ProjectsDocument,
    "\n  query ReviewCard($id: ID!) {\n    completion(id: $id) { id ...completion_row ...review_verdicts }\n  }\n": typeof types.ReviewCardDocument,
    "\n  query ReviewRun($id: ID!) {\n    run(id: $id) { id number name metricNames project { id slug name } }\n  }\n": typeof types.ReviewRunDocument,
    "\n  query NextToReview($runId: ID!, $filter: CompletionFilter, $excludeIds: [ID!]) {\n    nextToReview(runId: $runId, filter: $filter, excludeIds: $excludeIds) { id ...completion_row ...review_verdicts }\n  }\n": typeof types.NextToReviewDocument,
    "\n  query ReviewProgress($runId: ID!, $filter: CompletionFilter) {\n    reviewProgress(runId: $runId, filter: $filter) { judgedByMe total reviewers }\n  }\n": typeof types.ReviewProgressDocument,
    "\n  fragment review_verdicts on Completion {\n    id verdictCount verdictsHidden commentCount\n    myVerdict { id value note }\n    verdicts { id value note createdAt author { id name } }\n  }\n": typeof types.review_verdictsFragmentDoc,
    "\n  mutation GiveVerdict($input: GiveVerdictInput!) {\n    giveVerdict(input: $input) {\n      verdict { id }\n      completion { ...review_verdicts }\n      errors { code message path }\n    }\n  }\n": typeof types.GiveVerdictDocument,
    "\n  subscription VerdictsAdded($runId: ID!) {\n    verdictsAdded(runId: $runId) {\n      author { id name }\n      completion { ...review_verdicts }\n    }\n  }\n": typeof types.VerdictsAddedDocument,
    "\n  query RunCheckpoints($id: ID!, $after: String) {\n    run(id: $id) {\n      id\n      checkpoints(first: 50, after: $after) {\n        nodes { id step sha256 bytes createdAt deletedAt metrics }\n        pageInfo { hasNextPage endCursor }\n        totalCount\n      }\n    }\n  }\n": typeof types.RunCheckpointsDocument,
    "\n  query RunPromptSet($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on PromptSetVersion { version promptCount promptSet { id name project { id slug } } }\n    }\n  }\n": typeof types.RunPromptSetDocument,
    "\n  query RunConfig($id: ID!) {\n    run(id: $id) {\n      id number name config configYaml configHash\n      clonedFrom { id number name config }\n    }\n  }\n": typeof types.RunConfigDocument,
    "\n  query RunLogs($id: ID!, $last: Int!, $before: String) {\n    run(id: $id) {\n      id\n      logs(last: $last, before: $before) {\n        nodes { id time level message step }\n        pageInfo { hasPreviousPage startCursor }\n      }\n    }\n  }\n": typeof types.RunLogsDocument,
    "\n  fragment run_header on Run {\n    id number name status stage pendingCommand step totalSteps tags note archived statusReason leaseLive backend\n    createdAt startedAt finishedAt updatedAt lastHeartbeatAt durationMs verdictCount\n    project { id slug name tags }\n    owner { id name }\n    worker { id name online device backend }\n    clonedFrom { id number name }\n  }\n": typeof types.run_headerFragmentDoc,
    "\n  query RunPage($id: ID!) {\n    run(id: $id) { id metricNames config ...run_header }\n  }\n": typeof types.RunPageDocument,
    "\n  subscription RunPageUpdated($id: ID!) {\n    runUpdated(runId: $id) { id metricNames ...run_header }\n  }\n": typeof types.RunPageUpdatedDocument,
    "\n  fragment run_state on Run {\n    id name status stage pendingCommand statusReason tags note archived updatedAt\n  }\n": typeof types.run_stateFragmentDoc,
    "mutation PauseRun($id: ID!) { pauseRun(id: $id) { run { ...run_state } errors { code message path } } }": typeof types.PauseRunDocument,
    "mutation ResumeRun($id: ID!) { resumeRun(id: $id) { run { ...run_state } errors { code message path } } }": typeof types.ResumeRunDocument,
    "mutation CancelRunHere($id: ID!) { cancelRun(id: $id) { run { ...run_state } errors { code message path } } }": typeof types.CancelRunHereDocument,
    "mutation RenameRun($id: ID!, $name: String!) { renameRun(id: $id, name: $name) { run { ...run_state } errors { code message path } } }": typeof types.RenameRunDocument,
    "mutation SetRunTagsHere($id: ID!, $tags: [String!]!) { setRunTags(id: $id, tags: $tags) { run { ...run_state } errors { code message path } } }": typeof types.SetRunTagsHereDocument,
    "mutation SetRunNote($id: ID!, $note: String!) { setRunNote(id: $id, note: $note) { run { ...run_state } errors { code message path } } }": typeof types.SetRunNoteDocument,
    "mutation ArchiveRunHere($id: ID!, $archived: Boolean!) { archiveRun(id: $id, archived: $archived) { run { ...run_state } errors { code message path } } }": typeof types.ArchiveRunHereDocument,
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
    "\n  fragment charts_series on MetricSeries {\n    runId name steps min max mean last bucketed\n  }\n": types.charts_seriesFragmentDoc,
    "\n  query ChartsSeries($runIds: [ID!]!, $names: [String!]!, $fromStep: Int, $toStep: Int, $maxPoints: Int) {\n    series(runIds: $runIds, names: $names, fromStep: $fromStep, toStep: $toStep, maxPoints: $maxPoints) {\n      ...charts_series\n    }\n  }\n": types.ChartsSeriesDocument,
    "\n  subscription ChartsPointsAdded($runIds: [ID!]!) {\n    metricPointsAdded(runIds: $runIds) { ...charts_series }\n  }\n": types.ChartsPointsAddedDocument,
    "\n  fragment comments_comment on Comment {\n    id body createdAt editedAt deleted\n    author { id name }\n  }\n": types.comments_commentFragmentDoc,
    "\n  query Comments($subjectId: ID!, $after: String) {\n    node(id: $subjectId) {\n      __typename\n      id\n      ... on Run {\n        comments(first: 100, after: $after) { nodes { ...comments_comment } pageInfo { hasNextPage endCursor } totalCount }\n      }\n      ... on Completion {\n        commentCount\n        comments(first: 100, after: $after) { nodes { ...comments_comment } pageInfo { hasNextPage endCursor } totalCount }\n      }\n    }\n  }\n": types.CommentsDocument,
    "\n  subscription CommentsAdded($subjectId: ID!) {\n    commentsAdded(subjectId: $subjectId) { ...comments_comment }\n  }\n": types.CommentsAddedDocument,
    "\n  mutation AddComment($input: AddCommentInput!) {\n    addComment(input: $input) { comment { ...comments_comment } errors { code message path } }\n  }\n": types.AddCommentDocument,
    "\n  mutation EditComment($id: ID!, $body: String!) {\n    editComment(id: $id, body: $body) { comment { ...comments_comment } errors { code message path } }\n  }\n": types.EditCommentDocument,
    "\n  mutation DeleteComment($id: ID!) {\n    deleteComment(id: $id) { comment { ...comments_comment } errors { code message path } }\n  }\n": types.DeleteCommentDocument,
    "\n  fragment compare_run on Run {\n    id number name status step totalSteps config metricNames tags durationMs createdAt backend\n    project { id slug name }\n    metricSummaries { name last min max lastStep }\n  }\n": types.compare_runFragmentDoc,
    "\n  query CompareRuns($ids: [ID!]!, $first: Int!) {\n    runs(first: $first, filter: { ids: $ids }) { nodes { id ...compare_run } }\n  }\n": types.CompareRunsDocument,
    "\n  subscription CompareRunUpdated {\n    runUpdated { id status step metricNames metricSummaries { name last min max lastStep } }\n  }\n": types.CompareRunUpdatedDocument,
    "\n  query CompareCandidates($filter: RunFilter!) {\n    runs(first: 30, filter: $filter, orderBy: { field: CREATED_AT, direction: DESC }) {\n      nodes { id number name status project { id name } }\n    }\n  }\n": types.CompareCandidatesDocument,
    "\n  query CompletionDetail($id: ID!) {\n    completion(id: $id) { id ...completion_row ...review_verdicts }\n  }\n": types.CompletionDetailDocument,
    "\n  query CompletionGroup($runId: ID!, $step: Int!, $group: Int!) {\n    run(id: $runId) {\n      id\n      completions(first: 200, filter: { step: { gte: $step, lte: $step }, group: $group }) { nodes { id reward } }\n    }\n  }\n": types.CompletionGroupDocument,
    "\n  query CompletionList($runId: ID!, $filter: CompletionFilter, $orderBy: CompletionOrder, $after: String) {\n    run(id: $runId) {\n      id\n      completions(first: 100, after: $after, filter: $filter, orderBy: $orderBy) {\n        nodes { id ...completion_row }\n        pageInfo { hasNextPage endCursor }\n        totalCount\n      }\n    }\n  }\n": types.CompletionListDocument,
    "\n  query CompletionsOfStep($runId: ID!, $step: Int!, $first: Int!, $after: String) {\n    run(id: $runId) {\n      id\n      completions(first: $first, after: $after, filter: { step: { gte: $step, lte: $step } }, orderBy: { field: STEP, direction: ASC }) {\n        nodes { id ...completion_row }\n        pageInfo { hasNextPage endCursor }\n        totalCount\n      }\n    }\n  }\n": types.CompletionsOfStepDocument,
    "\n  query CompletionTokens($id: ID!) {\n    completion(id: $id) {\n      id\n      tokens { tokenIds pieces logp refLogp updatedLogp }\n    }\n  }\n": types.CompletionTokensDocument,
    "\n  fragment completion_row on Completion {\n    id step index group promptText answer text tokenCount truncated\n    reward\n    rewards { name value weight version error }\n    advantage signal kl logp refLogp updatedLogp\n    verdictCount verdictsHidden commentCount\n    myVerdict { id value }\n  }\n": types.completion_rowFragmentDoc,
    "\n  query CompletionSteps($runId: ID!, $last: Int!) {\n    run(id: $runId) { id completionSteps(last: $last) }\n  }\n": types.CompletionStepsDocument,
    "\n  subscription CompletionsAdded($runId: ID!) {\n    completionsAdded(runId: $runId) { runId step }\n  }\n": types.CompletionsAddedDocument,
    "\n  mutation CreateProject($input: CreateProjectInput!) {\n    createProject(input: $input) {\n      project {\n        id\n        slug\n      }\n      errors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.CreateProjectDocument,
    "\n  fragment project_row on Project {\n    id\n    name\n    slug\n    description\n    runCount\n    activeRunCount\n    promptSetCount\n    lastActivityAt\n  }\n": types.project_rowFragmentDoc,
    "\n  query Projects($after: String) {\n    projects(first: 50, after: $after) {\n      nodes {\n        id\n        ...project_row\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      totalCount\n    }\n  }\n": types.ProjectsDocument,
    "\n  query ReviewCard($id: ID!) {\n    completion(id: $id) { id ...completion_row ...review_verdicts }\n  }\n": types.ReviewCardDocument,
    "\n  query ReviewRun($id: ID!) {\n    run(id: $id) { id number name metricNames project { id slug name } }\n  }\n": types.ReviewRunDocument,
    "\n  query NextToReview($runId: ID!, $filter: CompletionFilter, $excludeIds: [ID!]) {\n    nextToReview(runId: $runId, filter: $filter, excludeIds: $excludeIds) { id ...completion_row ...review_verdicts }\n  }\n": types.NextToReviewDocument,
    "\n  query ReviewProgress($runId: ID!, $filter: CompletionFilter) {\n    reviewProgress(runId: $runId, filter: $filter) { judgedByMe total reviewers }\n  }\n": types.ReviewProgressDocument,
    "\n  fragment review_verdicts on Completion {\n    id verdictCount verdictsHidden commentCount\n    myVerdict { id value note }\n    verdicts { id value note createdAt author { id name } }\n  }\n": types.review_verdictsFragmentDoc,
    "\n  mutation GiveVerdict($input: GiveVerdictInput!) {\n    giveVerdict(input: $input) {\n      verdict { id }\n      completion { ...review_verdicts }\n      errors { code message path }\n    }\n  }\n": types.GiveVerdictDocument,
    "\n  subscription VerdictsAdded($runId: ID!) {\n    verdictsAdded(runId: $runId) {\n      author { id name }\n      completion { ...review_verdicts }\n    }\n  }\n": types.VerdictsAddedDocument,
    "\n  query RunCheckpoints($id: ID!, $after: String) {\n    run(id: $id) {\n      id\n      checkpoints(first: 50, after: $after) {\n        nodes { id step sha256 bytes createdAt deletedAt metrics }\n        pageInfo { hasNextPage endCursor }\n        totalCount\n      }\n    }\n  }\n": types.RunCheckpointsDocument,
    "\n  query RunPromptSet($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on PromptSetVersion { version promptCount promptSet { id name project { id slug } } }\n    }\n  }\n": types.RunPromptSetDocument,
    "\n  query RunConfig($id: ID!) {\n    run(id: $id) {\n      id number name config configYaml configHash\n      clonedFrom { id number name config }\n    }\n  }\n": types.RunConfigDocument,
    "\n  query RunLogs($id: ID!, $last: Int!, $before: String) {\n    run(id: $id) {\n      id\n      logs(last: $last, before: $before) {\n        nodes { id time level message step }\n        pageInfo { hasPreviousPage startCursor }\n      }\n    }\n  }\n": types.RunLogsDocument,
    "\n  fragment run_header on Run {\n    id number name status stage pendingCommand step totalSteps tags note archived statusReason leaseLive backend\n    createdAt startedAt finishedAt updatedAt lastHeartbeatAt durationMs verdictCount\n    project { id slug name tags }\n    owner { id name }\n    worker { id name online device backend }\n    clonedFrom { id number name }\n  }\n": types.run_headerFragmentDoc,
    "\n  query RunPage($id: ID!) {\n    run(id: $id) { id metricNames config ...run_header }\n  }\n": types.RunPageDocument,
    "\n  subscription RunPageUpdated($id: ID!) {\n    runUpdated(runId: $id) { id metricNames ...run_header }\n  }\n": types.RunPageUpdatedDocument,
    "\n  fragment run_state on Run {\n    id name status stage pendingCommand statusReason tags note archived updatedAt\n  }\n": types.run_stateFragmentDoc,
    "mutation PauseRun($id: ID!) { pauseRun(id: $id) { run { ...run_state } errors { code message path } } }": types.PauseRunDocument,
    "mutation ResumeRun($id: ID!) { resumeRun(id: $id) { run { ...run_state } errors { code message path } } }": types.ResumeRunDocument,
    "mutation CancelRunHere($id: ID!) { cancelRun(id: $id) { run { ...run_state } errors { code message path } } }": types.CancelRunHereDocument,
    "mutation RenameRun($id: ID!, $name: String!) { renameRun(id: $id, name: $name) { run { ...run_state } errors { code message path } } }": types.RenameRunDocument,
    "mutation SetRunTagsHere($id: ID!, $tags: [String!]!) { setRunTags(id: $id, tags: $tags) { run { ...run_state } errors { code message path } } }": types.SetRunTagsHereDocument,
    "mutation SetRunNote($id: ID!, $note: String!) { setRunNote(id: $id, note: $note) { run { ...run_state } errors { code message path } } }": types.SetRunNoteDocument,
    "mutation ArchiveRunHere($id: ID!, $archived: Boolean!) { archiveRun(id: $id, archived: $archived) { run { ...run_state } errors { code message path } } }": types.ArchiveRunHereDocument,
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
export function graphql(source: "\n  fragment charts_series on MetricSeries {\n    runId name steps min max mean last bucketed\n  }\n"): (typeof documents)["\n  fragment charts_series on MetricSeries {\n    runId name steps min max mean last bucketed\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ChartsSeries($runIds: [ID!]!, $names: [String!]!, $fromStep: Int, $toStep: Int, $maxPoints: Int) {\n    series(runIds: $runIds, names: $names, fromStep: $fromStep, toStep: $toStep, maxPoints: $maxPoints) {\n      ...charts_series\n    }\n  }\n"): (typeof documents)["\n  query ChartsSeries($runIds: [ID!]!, $names: [String!]!, $fromStep: Int, $toStep: Int, $maxPoints: Int) {\n    series(runIds: $runIds, names: $names, fromStep: $fromStep, toStep: $toStep, maxPoints: $maxPoints) {\n      ...charts_series\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ChartsPointsAdded($runIds: [ID!]!) {\n    metricPointsAdded(runIds: $runIds) { ...charts_series }\n  }\n"): (typeof documents)["\n  subscription ChartsPointsAdded($runIds: [ID!]!) {\n    metricPointsAdded(runIds: $runIds) { ...charts_series }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment comments_comment on Comment {\n    id body createdAt editedAt deleted\n    author { id name }\n  }\n"): (typeof documents)["\n  fragment comments_comment on Comment {\n    id body createdAt editedAt deleted\n    author { id name }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Comments($subjectId: ID!, $after: String) {\n    node(id: $subjectId) {\n      __typename\n      id\n      ... on Run {\n        comments(first: 100, after: $after) { nodes { ...comments_comment } pageInfo { hasNextPage endCursor } totalCount }\n      }\n      ... on Completion {\n        commentCount\n        comments(first: 100, after: $after) { nodes { ...comments_comment } pageInfo { hasNextPage endCursor } totalCount }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Comments($subjectId: ID!, $after: String) {\n    node(id: $subjectId) {\n      __typename\n      id\n      ... on Run {\n        comments(first: 100, after: $after) { nodes { ...comments_comment } pageInfo { hasNextPage endCursor } totalCount }\n      }\n      ... on Completion {\n        commentCount\n        comments(first: 100, after: $after) { nodes { ...comments_comment } pageInfo { hasNextPage endCursor } totalCount }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription CommentsAdded($subjectId: ID!) {\n    commentsAdded(subjectId: $subjectId) { ...comments_comment }\n  }\n"): (typeof documents)["\n  subscription CommentsAdded($subjectId: ID!) {\n    commentsAdded(subjectId: $subjectId) { ...comments_comment }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AddComment($input: AddCommentInput!) {\n    addComment(input: $input) { comment { ...comments_comment } errors { code message path } }\n  }\n"): (typeof documents)["\n  mutation AddComment($input: AddCommentInput!) {\n    addComment(input: $input) { comment { ...comments_comment } errors { code message path } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EditComment($id: ID!, $body: String!) {\n    editComment(id: $id, body: $body) { comment { ...comments_comment } errors { code message path } }\n  }\n"): (typeof documents)["\n  mutation EditComment($id: ID!, $body: String!) {\n    editComment(id: $id, body: $body) { comment { ...comments_comment } errors { code message path } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteComment($id: ID!) {\n    deleteComment(id: $id) { comment { ...comments_comment } errors { code message path } }\n  }\n"): (typeof documents)["\n  mutation DeleteComment($id: ID!) {\n    deleteComment(id: $id) { comment { ...comments_comment } errors { code message path } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment compare_run on Run {\n    id number name status step totalSteps config metricNames tags durationMs createdAt backend\n    project { id slug name }\n    metricSummaries { name last min max lastStep }\n  }\n"): (typeof documents)["\n  fragment compare_run on Run {\n    id number name status step totalSteps config metricNames tags durationMs createdAt backend\n    project { id slug name }\n    metricSummaries { name last min max lastStep }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompareRuns($ids: [ID!]!, $first: Int!) {\n    runs(first: $first, filter: { ids: $ids }) { nodes { id ...compare_run } }\n  }\n"): (typeof documents)["\n  query CompareRuns($ids: [ID!]!, $first: Int!) {\n    runs(first: $first, filter: { ids: $ids }) { nodes { id ...compare_run } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription CompareRunUpdated {\n    runUpdated { id status step metricNames metricSummaries { name last min max lastStep } }\n  }\n"): (typeof documents)["\n  subscription CompareRunUpdated {\n    runUpdated { id status step metricNames metricSummaries { name last min max lastStep } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompareCandidates($filter: RunFilter!) {\n    runs(first: 30, filter: $filter, orderBy: { field: CREATED_AT, direction: DESC }) {\n      nodes { id number name status project { id name } }\n    }\n  }\n"): (typeof documents)["\n  query CompareCandidates($filter: RunFilter!) {\n    runs(first: 30, filter: $filter, orderBy: { field: CREATED_AT, direction: DESC }) {\n      nodes { id number name status project { id name } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompletionDetail($id: ID!) {\n    completion(id: $id) { id ...completion_row ...review_verdicts }\n  }\n"): (typeof documents)["\n  query CompletionDetail($id: ID!) {\n    completion(id: $id) { id ...completion_row ...review_verdicts }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompletionGroup($runId: ID!, $step: Int!, $group: Int!) {\n    run(id: $runId) {\n      id\n      completions(first: 200, filter: { step: { gte: $step, lte: $step }, group: $group }) { nodes { id reward } }\n    }\n  }\n"): (typeof documents)["\n  query CompletionGroup($runId: ID!, $step: Int!, $group: Int!) {\n    run(id: $runId) {\n      id\n      completions(first: 200, filter: { step: { gte: $step, lte: $step }, group: $group }) { nodes { id reward } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompletionList($runId: ID!, $filter: CompletionFilter, $orderBy: CompletionOrder, $after: String) {\n    run(id: $runId) {\n      id\n      completions(first: 100, after: $after, filter: $filter, orderBy: $orderBy) {\n        nodes { id ...completion_row }\n        pageInfo { hasNextPage endCursor }\n        totalCount\n      }\n    }\n  }\n"): (typeof documents)["\n  query CompletionList($runId: ID!, $filter: CompletionFilter, $orderBy: CompletionOrder, $after: String) {\n    run(id: $runId) {\n      id\n      completions(first: 100, after: $after, filter: $filter, orderBy: $orderBy) {\n        nodes { id ...completion_row }\n        pageInfo { hasNextPage endCursor }\n        totalCount\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompletionsOfStep($runId: ID!, $step: Int!, $first: Int!, $after: String) {\n    run(id: $runId) {\n      id\n      completions(first: $first, after: $after, filter: { step: { gte: $step, lte: $step } }, orderBy: { field: STEP, direction: ASC }) {\n        nodes { id ...completion_row }\n        pageInfo { hasNextPage endCursor }\n        totalCount\n      }\n    }\n  }\n"): (typeof documents)["\n  query CompletionsOfStep($runId: ID!, $step: Int!, $first: Int!, $after: String) {\n    run(id: $runId) {\n      id\n      completions(first: $first, after: $after, filter: { step: { gte: $step, lte: $step } }, orderBy: { field: STEP, direction: ASC }) {\n        nodes { id ...completion_row }\n        pageInfo { hasNextPage endCursor }\n        totalCount\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompletionTokens($id: ID!) {\n    completion(id: $id) {\n      id\n      tokens { tokenIds pieces logp refLogp updatedLogp }\n    }\n  }\n"): (typeof documents)["\n  query CompletionTokens($id: ID!) {\n    completion(id: $id) {\n      id\n      tokens { tokenIds pieces logp refLogp updatedLogp }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment completion_row on Completion {\n    id step index group promptText answer text tokenCount truncated\n    reward\n    rewards { name value weight version error }\n    advantage signal kl logp refLogp updatedLogp\n    verdictCount verdictsHidden commentCount\n    myVerdict { id value }\n  }\n"): (typeof documents)["\n  fragment completion_row on Completion {\n    id step index group promptText answer text tokenCount truncated\n    reward\n    rewards { name value weight version error }\n    advantage signal kl logp refLogp updatedLogp\n    verdictCount verdictsHidden commentCount\n    myVerdict { id value }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CompletionSteps($runId: ID!, $last: Int!) {\n    run(id: $runId) { id completionSteps(last: $last) }\n  }\n"): (typeof documents)["\n  query CompletionSteps($runId: ID!, $last: Int!) {\n    run(id: $runId) { id completionSteps(last: $last) }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription CompletionsAdded($runId: ID!) {\n    completionsAdded(runId: $runId) { runId step }\n  }\n"): (typeof documents)["\n  subscription CompletionsAdded($runId: ID!) {\n    completionsAdded(runId: $runId) { runId step }\n  }\n"];
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
export function graphql(source: "\n  query ReviewCard($id: ID!) {\n    completion(id: $id) { id ...completion_row ...review_verdicts }\n  }\n"): (typeof documents)["\n  query ReviewCard($id: ID!) {\n    completion(id: $id) { id ...completion_row ...review_verdicts }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReviewRun($id: ID!) {\n    run(id: $id) { id number name metricNames project { id slug name } }\n  }\n"): (typeof documents)["\n  query ReviewRun($id: ID!) {\n    run(id: $id) { id number name metricNames project { id slug name } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query NextToReview($runId: ID!, $filter: CompletionFilter, $excludeIds: [ID!]) {\n    nextToReview(runId: $runId, filter: $filter, excludeIds: $excludeIds) { id ...completion_row ...review_verdicts }\n  }\n"): (typeof documents)["\n  query NextToReview($runId: ID!, $filter: CompletionFilter, $excludeIds: [ID!]) {\n    nextToReview(runId: $runId, filter: $filter, excludeIds: $excludeIds) { id ...completion_row ...review_verdicts }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReviewProgress($runId: ID!, $filter: CompletionFilter) {\n    reviewProgress(runId: $runId, filter: $filter) { judgedByMe total reviewers }\n  }\n"): (typeof documents)["\n  query ReviewProgress($runId: ID!, $filter: CompletionFilter) {\n    reviewProgress(runId: $runId, filter: $filter) { judgedByMe total reviewers }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment review_verdicts on Completion {\n    id verdictCount verdictsHidden commentCount\n    myVerdict { id value note }\n    verdicts { id value note createdAt author { id name } }\n  }\n"): (typeof documents)["\n  fragment review_verdicts on Completion {\n    id verdictCount verdictsHidden commentCount\n    myVerdict { id value note }\n    verdicts { id value note createdAt author { id name } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation GiveVerdict($input: GiveVerdictInput!) {\n    giveVerdict(input: $input) {\n      verdict { id }\n      completion { ...review_verdicts }\n      errors { code message path }\n    }\n  }\n"): (typeof documents)["\n  mutation GiveVerdict($input: GiveVerdictInput!) {\n    giveVerdict(input: $input) {\n      verdict { id }\n      completion { ...review_verdicts }\n      errors { code message path }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription VerdictsAdded($runId: ID!) {\n    verdictsAdded(runId: $runId) {\n      author { id name }\n      completion { ...review_verdicts }\n    }\n  }\n"): (typeof documents)["\n  subscription VerdictsAdded($runId: ID!) {\n    verdictsAdded(runId: $runId) {\n      author { id name }\n      completion { ...review_verdicts }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunCheckpoints($id: ID!, $after: String) {\n    run(id: $id) {\n      id\n      checkpoints(first: 50, after: $after) {\n        nodes { id step sha256 bytes createdAt deletedAt metrics }\n        pageInfo { hasNextPage endCursor }\n        totalCount\n      }\n    }\n  }\n"): (typeof documents)["\n  query RunCheckpoints($id: ID!, $after: String) {\n    run(id: $id) {\n      id\n      checkpoints(first: 50, after: $after) {\n        nodes { id step sha256 bytes createdAt deletedAt metrics }\n        pageInfo { hasNextPage endCursor }\n        totalCount\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunPromptSet($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on PromptSetVersion { version promptCount promptSet { id name project { id slug } } }\n    }\n  }\n"): (typeof documents)["\n  query RunPromptSet($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on PromptSetVersion { version promptCount promptSet { id name project { id slug } } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunConfig($id: ID!) {\n    run(id: $id) {\n      id number name config configYaml configHash\n      clonedFrom { id number name config }\n    }\n  }\n"): (typeof documents)["\n  query RunConfig($id: ID!) {\n    run(id: $id) {\n      id number name config configYaml configHash\n      clonedFrom { id number name config }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunLogs($id: ID!, $last: Int!, $before: String) {\n    run(id: $id) {\n      id\n      logs(last: $last, before: $before) {\n        nodes { id time level message step }\n        pageInfo { hasPreviousPage startCursor }\n      }\n    }\n  }\n"): (typeof documents)["\n  query RunLogs($id: ID!, $last: Int!, $before: String) {\n    run(id: $id) {\n      id\n      logs(last: $last, before: $before) {\n        nodes { id time level message step }\n        pageInfo { hasPreviousPage startCursor }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment run_header on Run {\n    id number name status stage pendingCommand step totalSteps tags note archived statusReason leaseLive backend\n    createdAt startedAt finishedAt updatedAt lastHeartbeatAt durationMs verdictCount\n    project { id slug name tags }\n    owner { id name }\n    worker { id name online device backend }\n    clonedFrom { id number name }\n  }\n"): (typeof documents)["\n  fragment run_header on Run {\n    id number name status stage pendingCommand step totalSteps tags note archived statusReason leaseLive backend\n    createdAt startedAt finishedAt updatedAt lastHeartbeatAt durationMs verdictCount\n    project { id slug name tags }\n    owner { id name }\n    worker { id name online device backend }\n    clonedFrom { id number name }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunPage($id: ID!) {\n    run(id: $id) { id metricNames config ...run_header }\n  }\n"): (typeof documents)["\n  query RunPage($id: ID!) {\n    run(id: $id) { id metricNames config ...run_header }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription RunPageUpdated($id: ID!) {\n    runUpdated(runId: $id) { id metricNames ...run_header }\n  }\n"): (typeof documents)["\n  subscription RunPageUpdated($id: ID!) {\n    runUpdated(runId: $id) { id metricNames ...run_header }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment run_state on Run {\n    id name status stage pendingCommand statusReason tags note archived updatedAt\n  }\n"): (typeof documents)["\n  fragment run_state on Run {\n    id name status stage pendingCommand statusReason tags note archived updatedAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation PauseRun($id: ID!) { pauseRun(id: $id) { run { ...run_state } errors { code message path } } }"): (typeof documents)["mutation PauseRun($id: ID!) { pauseRun(id: $id) { run { ...run_state } errors { code message path } } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation ResumeRun($id: ID!) { resumeRun(id: $id) { run { ...run_state } errors { code message path } } }"): (typeof documents)["mutation ResumeRun($id: ID!) { resumeRun(id: $id) { run { ...run_state } errors { code message path } } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CancelRunHere($id: ID!) { cancelRun(id: $id) { run { ...run_state } errors { code message path } } }"): (typeof documents)["mutation CancelRunHere($id: ID!) { cancelRun(id: $id) { run { ...run_state } errors { code message path } } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RenameRun($id: ID!, $name: String!) { renameRun(id: $id, name: $name) { run { ...run_state } errors { code message path } } }"): (typeof documents)["mutation RenameRun($id: ID!, $name: String!) { renameRun(id: $id, name: $name) { run { ...run_state } errors { code message path } } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation SetRunTagsHere($id: ID!, $tags: [String!]!) { setRunTags(id: $id, tags: $tags) { run { ...run_state } errors { code message path } } }"): (typeof documents)["mutation SetRunTagsHere($id: ID!, $tags: [String!]!) { setRunTags(id: $id, tags: $tags) { run { ...run_state } errors { code message path } } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation SetRunNote($id: ID!, $note: String!) { setRunNote(id: $id, note: $note) { run { ...run_state } errors { code message path } } }"): (typeof documents)["mutation SetRunNote($id: ID!, $note: String!) { setRunNote(id: $id, note: $note) { run { ...run_state } errors { code message path } } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation ArchiveRunHere($id: ID!, $archived: Boolean!) { archiveRun(id: $id, archived: $archived) { run { ...run_state } errors { code message path } } }"): (typeof documents)["mutation ArchiveRunHere($id: ID!, $archived: Boolean!) { archiveRun(id: $id, archived: $archived) { run { ...run_state } errors { code message path } } }"];
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