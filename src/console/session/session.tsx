import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import {
  asProblem,
  onSessionEnded,
  request,
  setLogin,
  type ApiProblem,
  type LoggedIn,
  type Token,
} from '../api/index.js';
import { isAllowed, type Operation, type Role } from './allowed.js';

/** `ended`: there was a session, and the node has closed it. */
type State =
  | { readonly is: 'asking' | 'none' | 'ended' }
  | { readonly is: 'unreachable'; readonly error: ApiProblem }
  | { readonly is: 'in'; readonly caller: Token };

interface SessionDoor {
  readonly state: State;
  readonly enter: (login: LoggedIn) => void;
  /** Resolves to why the node did not end the session, in which one is still then; to null when it did. */
  readonly leave: () => Promise<ApiProblem | null>;
  readonly ask: () => void;
}

const Session = createContext<SessionDoor | null>(null);

/** Knows who is logged in, and tells when that ends. */
export function SessionProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const client = useQueryClient();
  const [state, setState] = useState<State>({ is: 'asking' });
  const door = useMemo<SessionDoor>(() => {
    const enter = (login: LoggedIn): void => {
      setLogin(login);
      setState({ is: 'in', caller: login.caller });
    };
    const end = (is: 'none' | 'ended'): void => {
      setLogin(null);
      client.clear();
      setState({ is });
    };
    onSessionEnded(() => end('ended'));
    return {
      state: { is: 'asking' },
      enter,
      leave: async () => {
        try {
          await request('POST', '/v1/logout');
        } catch (error) {
          const problem = asProblem(error);
          // Whoever is told that the login is over must not leave a living cookie behind.
          if (problem.status !== 401) return problem;
        }
        end('none');
        return null;
      },
      ask: () => {
        request<LoggedIn>('GET', '/v1/login').then(enter, (error: unknown) => {
          const problem = asProblem(error);
          if (problem.status === 401) setState({ is: 'none' });
          else setState({ is: 'unreachable', error: problem });
        });
      },
    };
  }, [client]);
  useEffect(() => door.ask(), [door]);
  const value = useMemo(() => ({ ...door, state }), [door, state]);
  return <Session value={value}>{children}</Session>;
}

/** Whether somebody is logged in, and the ways in and out. */
export function useSession(): SessionDoor {
  const session = useContext(Session);
  if (session === null) throw new Error('useSession is used inside SessionProvider');
  return session;
}

/** Who is logged in. Only for what is shown to whoever is. */
export function useCaller(): Token {
  const { state } = useSession();
  if (state.is !== 'in') throw new Error('nobody is logged in');
  return state.caller;
}

export function useRole(): Role {
  return useCaller().role;
}

/** Whether the caller may do something; what may not be done is not shown. */
export function useMay(): (operation: Operation) => boolean {
  const role = useRole();
  return (operation) => isAllowed(role, operation);
}
