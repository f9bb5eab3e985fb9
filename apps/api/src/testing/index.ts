/** @file What tests of other packages need from the API. */
export { startTestApi, type TestApi, type TestApiOptions, type TestPerson } from './startTestApi.ts';
export { firstMessage, subscribe, type SubscribeOptions, type TestSubscription } from './subscribe.ts';
export { sendGraphql, type GraphqlResult } from './sendGraphql.ts';
