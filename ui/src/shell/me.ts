import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Me } from '../data/types.js';

export const MeContext = createContext<Me>({ subject: '', name: '', role: 'viewer', roles: [] });

export function useMe(): Me {
  return useContext(MeContext);
}

/** Grows whenever somebody signs in or out on this tab. */
export function useSessionVersion(): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const changed = () => setVersion((last) => last + 1);
    addEventListener('sessionchange', changed);
    return () => removeEventListener('sessionchange', changed);
  }, []);
  return version;
}
