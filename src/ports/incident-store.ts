import type {
  Incident,
  IncidentEvent,
  IncidentSource,
  NewSilence,
  PersonsWord,
  Sighting,
  Silence,
} from '../domain/incident.js';

export interface IncidentFilter {
  /** Only those that are not resolved. */
  readonly active: boolean;
  readonly service?: string;
  readonly source?: IncidentSource;
  /** Those that were not over by then, ISO. */
  readonly endedAfter?: string;
  /** Those that had begun by then, ISO. */
  readonly openedBefore?: string;
  readonly limit: number;
}

export interface RecordedIncident {
  readonly incident: Incident;
  /** In the order they were written. */
  readonly events: readonly IncidentEvent[];
}

export type Word = Omit<PersonsWord, 'at'> & { readonly at?: string };

/** What went wrong, and what was done about it. All writes may be repeated. */
export interface IncidentStore {
  /**
   * Opens an incident, or counts one more sighting of the one that is open with this key. Of an episode that has ended already nothing changes.
   * @returns the incident, and whether this opened it
   */
  observe(sighting: Sighting): Promise<{ readonly incident: Incident; readonly isNew: boolean }>;
  /**
   * Says that trouble is over: ends the open incident with this key, unless that is of a later episode. Where there is none, the episode is
   * kept as one that has ended, so that a sighting that comes late opens nothing.
   */
  end(sighting: Sighting, word: Word): Promise<Incident>;
  /** @returns it; as it was where somebody has before @throws {SluiceError} NOT_FOUND; COMMAND_REFUSED where it is over */
  acknowledge(id: string, word: Word): Promise<Incident>;
  /** @returns it; as it was where it is over already @throws {SluiceError} NOT_FOUND */
  resolve(id: string, word: Word): Promise<Incident>;
  /** Insert or ignore by (id, key). @returns whether it was new */
  append(id: string, event: IncidentEvent): Promise<boolean>;
  incident(id: string): Promise<RecordedIncident | null>;
  /** Newest first. */
  incidents(filter: IncidentFilter): Promise<Incident[]>;
  /** Those of one monitor that are open, or were resolved since; newest first. */
  ofMonitor(service: string, monitor: string, resolvedSince: string, limit: number): Promise<RecordedIncident[]>;

  /** @returns it, or the one that was made before with this id */
  silence(silence: NewSilence): Promise<Silence>;
  /** Ends a silence now. @throws {SluiceError} NOT_FOUND */
  endSilence(id: string): Promise<Silence>;
  /** Newest first. */
  silences(filter: { readonly active: boolean; readonly limit: number }): Promise<Silence[]>;
}
