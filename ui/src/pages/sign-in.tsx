import { useState } from 'preact/hooks';
import { setToken } from '../session.js';

/**
 * @param refusal why the api wants to know who is there; null: somebody wants to say it
 * @param onCancel absent where nothing can be read without a token
 */
export function SignIn({ refusal, onCancel }: { readonly refusal: string | null; readonly onCancel?: () => void }) {
  const [value, setValue] = useState('');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (value.trim() !== '') setToken(value);
  };
  return (
    <main class="sign-in" id="main">
      <h1>Sluice</h1>
      <form onSubmit={submit}>
        <label for="token">Access token</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          value={value}
          aria-describedby="token-help token-problem"
          onInput={({ currentTarget }) => setValue(currentTarget.value)}
        />
        <p id="token-help" class="faint">
          A token of this installation, or an access token of your identity provider. It stays in this tab and is gone
          when you close it.
        </p>
        <p id="token-problem" class="bad" role="alert">
          {refusal}
        </p>
        <div class="buttons">
          <button type="submit" class="primary">
            Sign in
          </button>
          {onCancel && (
            <button type="button" onClick={onCancel}>
              Go on without
            </button>
          )}
        </div>
      </form>
    </main>
  );
}
