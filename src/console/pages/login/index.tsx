import { useState, type ReactNode } from 'react';
import { asProblem, request, type ApiProblem, type LoggedIn } from '../../api/index.js';
import { Button, ErrorState, Field, Notice, useT } from '../../kit/index.js';
import { useSession } from '../../session/index.js';
import { BrandMark } from '../../brand.js';
import { PreferenceChoices } from '../../preference-choices.js';

/** The way in: a token, and the code of its second factor when it has one. */
export function Login(): ReactNode {
  const t = useT();
  const { state, enter } = useSession();
  const [token, setToken] = useState('');
  const [code, setCode] = useState('');
  const [needsCode, setNeedsCode] = useState(false);
  const [isRunning, setIsRunning] = useState(false);
  const [error, setError] = useState<ApiProblem | null>(null);

  const submit = async (): Promise<void> => {
    setIsRunning(true);
    setError(null);
    const body = needsCode
      ? { token: token.trim(), code: code.replaceAll(/\s/g, '') }
      : { token: token.trim() };
    try {
      enter(await request<LoggedIn>('POST', '/v1/login', { body }));
    } catch (failure) {
      const problem = asProblem(failure);
      const asksForCode = problem.code === 'api/code-required' && !needsCode;
      if (asksForCode) setNeedsCode(true);
      else setError(problem);
      setCode('');
      setIsRunning(false);
    }
  };

  return (
    <div className="login">
      <main className="login-card" id="main">
        <p className="brand">
          <BrandMark />
          Vesica
        </p>
        <h1>{t('shell.login.title')}</h1>
        {state.is === 'ended' ? <Notice tone="warn" title={t('shell.login.ended')} live /> : null}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          {needsCode ? (
            <Field
              key="code"
              label={t('shell.login.code')}
              hint={t('shell.login.codeHint')}
              value={code}
              onChange={setCode}
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={12}
              required
              autoFocus
            />
          ) : (
            <Field
              key="token"
              label={t('shell.login.token')}
              hint={t('shell.login.tokenHint')}
              type="password"
              value={token}
              onChange={setToken}
              autoComplete="current-password"
              required
              autoFocus
              mono
            />
          )}
          {error === null ? null : <ErrorState error={error} />}
          <Button type="submit" tone="primary" busy={isRunning}>
            {t('shell.login.do')}
          </Button>
          {needsCode ? (
            <Button
              tone="quiet"
              onClick={() => {
                setNeedsCode(false);
                setError(null);
                setToken('');
              }}
            >
              {t('shell.login.other')}
            </Button>
          ) : null}
        </form>
        <PreferenceChoices />
      </main>
    </div>
  );
}
