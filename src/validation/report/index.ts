import type { ValidationReport } from '../../domain/validation.js';
import { renderJunit } from './junit.js';
import { renderMarkdown } from './markdown.js';

export { type ComparedCheck, compareReports, type ReportComparison } from './compare.js';
export { formatLimits, formatOf } from './format.js';
export { byUrgency, countVerdicts, VERDICT_MARKS } from './order.js';
export { renderJunit, renderMarkdown };

export const REPORT_FORMATS = ['md', 'json', 'junit'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** The text of a report file, with a line break at its end. */
export function renderReport(report: ValidationReport, format: ReportFormat): string {
  switch (format) {
    case 'md':
      return renderMarkdown(report);
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'junit':
      return renderJunit(report);
  }
}
