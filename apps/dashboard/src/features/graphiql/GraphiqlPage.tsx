'use client';
import dynamic from 'next/dynamic';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Crumbs } from '../shell/Crumbs.tsx';
import styles from './GraphiqlPage.module.css';

/** The editor is heavy and needs a browser: it comes when this page is opened, from this server alone. */
const GraphiqlEditor = dynamic(() => import('./GraphiqlEditor.tsx').then((module) => module.GraphiqlEditor), {
  ssr: false,
  loading: () => (
    <div className={styles.loading}>
      <SkeletonRows rows={8} label="Loading GraphiQL" />
    </div>
  ),
});

/** Queries, mutations and subscriptions by hand, with the session of the person signed in. */
export function GraphiqlPage() {
  return (
    <div className={styles.page}>
      <Crumbs items={[{ label: 'GraphiQL' }]} />
      <h1 className="visually-hidden">GraphiQL</h1>
      <GraphiqlEditor />
    </div>
  );
}
