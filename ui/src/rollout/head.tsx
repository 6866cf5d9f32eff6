import type { ComponentChildren } from 'preact';
import { hasEnded } from '../../../src/domain/rollout-state.js';
import { api } from '../data/api.js';
import type { RolloutDetail } from '../data/types.js';
import { percent } from '../format.js';
import { announce } from '../parts/announcer.js';
import { StatusBadge, WordBadge } from '../parts/badge.js';
import { Fact } from '../parts/fact.js';
import { Ago, At, Countdown } from '../parts/time.js';
import { token } from '../session.js';

/** Who, what, where it stands and why; and what may be done. */
export function Head({ rollout, actions }: { readonly rollout: RolloutDetail; readonly actions: ComponentChildren }) {
  const { service, rolloutId, baseline, candidate, status, verdict, reason, owner, startedBy } = rollout;
  return (
    <header class="head">
      <div class="head-title">
        <h1>
          <a href={`/services/${encodeURIComponent(service)}`}>{service}</a> <span class="faint">{baseline} →</span>{' '}
          {candidate}
        </h1>
        <StatusBadge status={status} />
        <WordBadge word={verdict} />
      </div>
      <p class="reason">{reason}</p>
      {actions}
      <dl class="facts">
        <Fact name="Candidate’s weight">
          <b class="big">{percent(rollout.weightPercent)}</b>
          {rollout.shadowPercent > 0 && <> shadow {percent(rollout.shadowPercent)}</>}
        </Fact>
        <Fact name="Waits for">
          <Wait rollout={rollout} />
        </Fact>
        <Fact name="Owner">
          {owner}
          {startedBy !== undefined && <> (started by {startedBy})</>}
        </Fact>
        <Fact name="Started">
          <At at={rollout.startedAt} />
        </Fact>
        {rollout.eta != null && (
          <Fact name="Earliest end">
            <At at={rollout.eta} />
          </Fact>
        )}
        <Fact name={hasEnded(status) ? 'Ended' : 'Changed'}>
          <Ago at={rollout.updatedAt} />
        </Fact>
        <Fact name="Id">
          <code>{rolloutId}</code>
          {rollout.retryOf !== undefined && (
            <>
              {' '}
              retry of <a href={`/rollouts/${encodeURIComponent(rollout.retryOf)}`}>{rollout.retryOf}</a>
            </>
          )}
        </Fact>
        <Fact name="Elsewhere">
          <Links rollout={rollout} />
        </Fact>
      </dl>
    </header>
  );
}

function Wait({ rollout: { waiting, paused, pending = [] } }: { readonly rollout: RolloutDetail }) {
  if (paused !== null)
    return (
      <>
        paused by {paused.actor}: {paused.reason}
        {paused.until !== undefined && <Countdown until={paused.until} />}
      </>
    );
  if (waiting !== null)
    return (
      <>
        {waiting.kind}
        {waiting.note !== '' && <span class="faint"> {waiting.note}</span>}
        {waiting.until !== null && (
          <>
            {' · '}
            <Countdown until={waiting.until} />
          </>
        )}
        {waiting.lacks !== undefined && <div class="faint">{waiting.lacks}</div>}
      </>
    );
  return <>{pending.length === 0 ? '–' : pending.join(', ')}</>;
}

/** With a token the report is fetched and saved: a link could not send the header, and a token in an address would leak. */
function Links({ rollout: { links, rolloutId } }: { readonly rollout: RolloutDetail }) {
  const webUi = links.webUi !== null && /^https?:\/\//.test(links.webUi) ? links.webUi : null;
  return (
    <span class="links">
      {webUi !== null && (
        <a href={webUi} target="_blank" rel="noreferrer noopener">
          Temporal Web UI
        </a>
      )}
      {token() === null ? (
        <a href={links.reportHtml} target="_blank" rel="noreferrer noopener">
          Report
        </a>
      ) : (
        <button type="button" class="link" onClick={() => void saveReport(rolloutId)}>
          Save report
        </button>
      )}
    </span>
  );
}

async function saveReport(rolloutId: string): Promise<void> {
  try {
    const url = URL.createObjectURL(new Blob([await api.getReportPage(rolloutId)], { type: 'text/html' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${rolloutId}.html`;
    link.click();
    URL.revokeObjectURL(url);
  } catch (error) {
    announce(`The report could not be had: ${(error as Error).message}`, { isBad: true });
  }
}
