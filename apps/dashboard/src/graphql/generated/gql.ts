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
    "\n  mutation CreateProject($input: CreateProjectInput!) {\n    createProject(input: $input) {\n      project { id slug }\n      errors { code message path }\n    }\n  }\n": typeof types.CreateProjectDocument,
    "\n  fragment project_row on Project {\n    id name slug description runCount activeRunCount promptSetCount lastActivityAt\n  }\n": typeof types.project_rowFragmentDoc,
    "\n  query Projects($after: String) {\n    projects(first: 50, after: $after) {\n      nodes { id ...project_row }\n      pageInfo { hasNextPage endCursor }\n      totalCount\n    }\n  }\n": typeof types.ProjectsDocument,
    "\n  query CommandPalette($text: String, $hasText: Boolean!) {\n    projects(first: 50) { nodes { id name slug } }\n    runs(first: 8, filter: { text: $text }, orderBy: { field: CREATED_AT, direction: DESC }) @include(if: $hasText) {\n      nodes { id name number project { id name } }\n    }\n    recent: runs(first: 5, orderBy: { field: CREATED_AT, direction: DESC }) @skip(if: $hasText) {\n      nodes { id name number project { id name } }\n    }\n  }\n": typeof types.CommandPaletteDocument,
    "\n  query Sidebar {\n    projects(first: 8) { nodes { id name slug activeRunCount } totalCount }\n  }\n": typeof types.SidebarDocument,
    "\n  mutation SignOut {\n    signOut { errors { code message path } }\n  }\n": typeof types.SignOutDocument,
    "\n  query LinkInfo($token: String!) {\n    linkInfo(token: $token) { kind valid role workspaceName invitedBy reason }\n  }\n": typeof types.LinkInfoDocument,
    "\n  mutation SignIn($token: String!, $name: String) {\n    signInWithLink(token: $token, name: $name) {\n      viewer { role user { id name } }\n      errors { code message path }\n    }\n  }\n": typeof types.SignInDocument,
    "\n  query ServerViewer {\n    viewer { role permissions user { id name email } workspace { id name } }\n  }\n": typeof types.ServerViewerDocument,
    "\n  fragment session_viewer on Viewer {\n    role\n    permissions\n    user { id name email }\n    workspace { id name }\n  }\n": typeof types.session_viewerFragmentDoc,
    "\n  query Session {\n    viewer { ...session_viewer }\n  }\n": typeof types.SessionDocument,
};
const documents: Documents = {
    "\n  fragment charts_series on MetricSeries {\n    runId name steps min max mean last bucketed\n  }\n": types.charts_seriesFragmentDoc,
    "\n  query ChartsSeries($runIds: [ID!]!, $names: [String!]!, $fromStep: Int, $toStep: Int, $maxPoints: Int) {\n    series(runIds: $runIds, names: $names, fromStep: $fromStep, toStep: $toStep, maxPoints: $maxPoints) {\n      ...charts_series\n    }\n  }\n": types.ChartsSeriesDocument,
    "\n  subscription ChartsPointsAdded($runIds: [ID!]!) {\n    metricPointsAdded(runIds: $runIds) { ...charts_series }\n  }\n": types.ChartsPointsAddedDocument,
    "\n  mutation CreateProject($input: CreateProjectInput!) {\n    createProject(input: $input) {\n      project { id slug }\n      errors { code message path }\n    }\n  }\n": types.CreateProjectDocument,
    "\n  fragment project_row on Project {\n    id name slug description runCount activeRunCount promptSetCount lastActivityAt\n  }\n": types.project_rowFragmentDoc,
    "\n  query Projects($after: String) {\n    projects(first: 50, after: $after) {\n      nodes { id ...project_row }\n      pageInfo { hasNextPage endCursor }\n      totalCount\n    }\n  }\n": types.ProjectsDocument,
    "\n  query CommandPalette($text: String, $hasText: Boolean!) {\n    projects(first: 50) { nodes { id name slug } }\n    runs(first: 8, filter: { text: $text }, orderBy: { field: CREATED_AT, direction: DESC }) @include(if: $hasText) {\n      nodes { id name number project { id name } }\n    }\n    recent: runs(first: 5, orderBy: { field: CREATED_AT, direction: DESC }) @skip(if: $hasText) {\n      nodes { id name number project { id name } }\n    }\n  }\n": types.CommandPaletteDocument,
    "\n  query Sidebar {\n    projects(first: 8) { nodes { id name slug activeRunCount } totalCount }\n  }\n": types.SidebarDocument,
    "\n  mutation SignOut {\n    signOut { errors { code message path } }\n  }\n": types.SignOutDocument,
    "\n  query LinkInfo($token: String!) {\n    linkInfo(token: $token) { kind valid role workspaceName invitedBy reason }\n  }\n": types.LinkInfoDocument,
    "\n  mutation SignIn($token: String!, $name: String) {\n    signInWithLink(token: $token, name: $name) {\n      viewer { role user { id name } }\n      errors { code message path }\n    }\n  }\n": types.SignInDocument,
    "\n  query ServerViewer {\n    viewer { role permissions user { id name email } workspace { id name } }\n  }\n": types.ServerViewerDocument,
    "\n  fragment session_viewer on Viewer {\n    role\n    permissions\n    user { id name email }\n    workspace { id name }\n  }\n": types.session_viewerFragmentDoc,
    "\n  query Session {\n    viewer { ...session_viewer }\n  }\n": types.SessionDocument,
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
export function graphql(source: "\n  mutation CreateProject($input: CreateProjectInput!) {\n    createProject(input: $input) {\n      project { id slug }\n      errors { code message path }\n    }\n  }\n"): (typeof documents)["\n  mutation CreateProject($input: CreateProjectInput!) {\n    createProject(input: $input) {\n      project { id slug }\n      errors { code message path }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment project_row on Project {\n    id name slug description runCount activeRunCount promptSetCount lastActivityAt\n  }\n"): (typeof documents)["\n  fragment project_row on Project {\n    id name slug description runCount activeRunCount promptSetCount lastActivityAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Projects($after: String) {\n    projects(first: 50, after: $after) {\n      nodes { id ...project_row }\n      pageInfo { hasNextPage endCursor }\n      totalCount\n    }\n  }\n"): (typeof documents)["\n  query Projects($after: String) {\n    projects(first: 50, after: $after) {\n      nodes { id ...project_row }\n      pageInfo { hasNextPage endCursor }\n      totalCount\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CommandPalette($text: String, $hasText: Boolean!) {\n    projects(first: 50) { nodes { id name slug } }\n    runs(first: 8, filter: { text: $text }, orderBy: { field: CREATED_AT, direction: DESC }) @include(if: $hasText) {\n      nodes { id name number project { id name } }\n    }\n    recent: runs(first: 5, orderBy: { field: CREATED_AT, direction: DESC }) @skip(if: $hasText) {\n      nodes { id name number project { id name } }\n    }\n  }\n"): (typeof documents)["\n  query CommandPalette($text: String, $hasText: Boolean!) {\n    projects(first: 50) { nodes { id name slug } }\n    runs(first: 8, filter: { text: $text }, orderBy: { field: CREATED_AT, direction: DESC }) @include(if: $hasText) {\n      nodes { id name number project { id name } }\n    }\n    recent: runs(first: 5, orderBy: { field: CREATED_AT, direction: DESC }) @skip(if: $hasText) {\n      nodes { id name number project { id name } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Sidebar {\n    projects(first: 8) { nodes { id name slug activeRunCount } totalCount }\n  }\n"): (typeof documents)["\n  query Sidebar {\n    projects(first: 8) { nodes { id name slug activeRunCount } totalCount }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignOut {\n    signOut { errors { code message path } }\n  }\n"): (typeof documents)["\n  mutation SignOut {\n    signOut { errors { code message path } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LinkInfo($token: String!) {\n    linkInfo(token: $token) { kind valid role workspaceName invitedBy reason }\n  }\n"): (typeof documents)["\n  query LinkInfo($token: String!) {\n    linkInfo(token: $token) { kind valid role workspaceName invitedBy reason }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignIn($token: String!, $name: String) {\n    signInWithLink(token: $token, name: $name) {\n      viewer { role user { id name } }\n      errors { code message path }\n    }\n  }\n"): (typeof documents)["\n  mutation SignIn($token: String!, $name: String) {\n    signInWithLink(token: $token, name: $name) {\n      viewer { role user { id name } }\n      errors { code message path }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ServerViewer {\n    viewer { role permissions user { id name email } workspace { id name } }\n  }\n"): (typeof documents)["\n  query ServerViewer {\n    viewer { role permissions user { id name email } workspace { id name } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment session_viewer on Viewer {\n    role\n    permissions\n    user { id name email }\n    workspace { id name }\n  }\n"): (typeof documents)["\n  fragment session_viewer on Viewer {\n    role\n    permissions\n    user { id name email }\n    workspace { id name }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Session {\n    viewer { ...session_viewer }\n  }\n"): (typeof documents)["\n  query Session {\n    viewer { ...session_viewer }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;