import { useEffect, useState } from 'preact/hooks';
import { api } from './data/api.js';
import { useResource } from './data/use-resource.js';
import { startLive, stopLive } from './live/live.js';
import { Pages } from './pages/pages.js';
import { SignIn } from './pages/sign-in.js';
import { Loaded } from './parts/notice.js';
import { refusal } from './session.js';
import { MeContext, useSessionVersion } from './shell/me.js';
import { Shell } from './shell/shell.js';

/** The whole page: who is there first, then what they came for. */
export function App() {
  const version = useSessionVersion();
  const [isSigningIn, setSigningIn] = useState(false);
  const me = useResource('me', (options) => api.getMe(options), version);
  const isOut = me.error?.status === 401 || me.error?.status === 403;
  const subject = isOut ? undefined : me.data?.subject;
  useEffect(() => setSigningIn(refusal() !== null), [version]);
  useEffect(() => {
    if (subject === undefined) return;
    startLive();
    return stopLive;
  }, [subject, version]);
  if (isOut || isSigningIn)
    return (
      <SignIn
        refusal={refusal() ?? me.error?.message ?? null}
        {...(isOut ? {} : { onCancel: () => setSigningIn(false) })}
      />
    );
  return (
    <Loaded of={me} what="who you are">
      {(known) => (
        <MeContext.Provider value={known}>
          <Shell onSignIn={() => setSigningIn(true)}>
            <Pages />
          </Shell>
        </MeContext.Provider>
      )}
    </Loaded>
  );
}
