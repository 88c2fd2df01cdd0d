/**
 * What the code cannot say about the names of `libs/wire`: what each is for, who writes to it, and the class of what is written
 * where no consumer of ours names it. Readers follow from `@StreamHandler`.
 */
export const STREAM_NOTES = {
  governanceRequests: {
    about: 'May this agent do that? Answered in `governance:responses` or where `reply_to` says.',
    writers: ['agents'],
  },
  governanceResponses: {
    about:
      'Answers, matched by `correlation_id`. Trimmed to the last minute. An answer goes to `governance:responses:{container}` or `governance:responses:{container}:{instance}` instead when the request names exactly that in `reply_to` and it is its own container.',
    writers: ['governance'],
    readers: ['agents'],
    message: 'DecisionReplyEntryDto',
  },
  decisions: { about: 'Decisions an SDK made by itself, for the same ledger.', writers: ['agents'] },
  executionReports: { about: 'What became of an action.', writers: ['agents', 'execution'] },
  feedbackSubmissions: { about: 'What people say about an agent, brought in by the gateway.', writers: ['gateway'] },
  feedback: { about: 'What people say about an agent, brought in by an SDK.', writers: ['agents'] },
  trust: { about: 'Evidence for and against an agent.', writers: ['agents', 'services'] },
  missions: { about: 'What an agent reports about a mission.', writers: ['agents'] },
  tasks: { about: 'Reserved: tasks of missions.', writers: ['coordination'], readers: ['execution'] },
  audit: { about: 'Facts for the audit trail, signed by the service that states them.', writers: ['services'] },
};

export const CHANNEL_NOTES = {
  policyUpdates: {
    about: 'Policies have changed: fetch them. Once for each change, only on change.',
    writers: ['governance'],
    message: 'PolicyNoticeDto',
  },
  policyBeacon: {
    about: 'The current revision, each second: a gap means that a notice was lost.',
    writers: ['governance'],
    message: 'PolicyBeaconDto',
  },
  configUpdates: {
    about: 'A prompt, model or resource has changed.',
    writers: ['registry'],
    message: 'ConfigNoticeDto',
  },
  control: {
    about:
      'Credentials were revoked: forget them. Agents were retired or sign with another key, organizations have changed: ask for them again.',
    writers: ['registry'],
    message: 'ControlNoticeDto',
  },
};
