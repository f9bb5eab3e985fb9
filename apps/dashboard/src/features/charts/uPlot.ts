import './validLanguage.ts';

/** uPlot, safe to load under any locale: charts import it from here only. */
export { default } from 'uplot';
