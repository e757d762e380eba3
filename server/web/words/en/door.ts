/** What the door says: signing up and in. */

export const door = {
  welcome: {
    title: "A bear that talks, and parents who stay in charge",
    text: "Pair your child's bear, read what was said, set bedtime and limits, and decide who receives what. It runs on your own server.",
    signUp: "Create an account",
    signIn: "Sign in",
    points: [
      { title: "It listens only while the paw is held", text: "No sound is ever kept." },
      {
        title: "You can follow its talks",
        text: "If you choose that they are kept: as they happen, and afterwards.",
      },
      { title: "You decide who takes part", text: "Each service has a switch of its own." },
    ],
  },
  signUp: {
    title: "Create an account",
    lead: "For grown-ups. Children never sign in.",
    submit: "Create account",
    have: "Have an account already?",
    signIn: "Sign in",
    sentTitle: "Look into your mail",
    sent: (email: string) =>
      `We have written to ${email}. Open the link in that letter, and enter your password once more.`,
    sentHint: "Nothing there? Look into the spam folder, or try again in a few minutes.",
    other: "Use another address",
  },
  verify: {
    title: "Confirm your address",
    lead: "Enter the password you chose. Then your account is open.",
    submit: "Open my account",
    missing: "This page is opened by the link in your mail.",
  },
  signIn: {
    title: "Welcome back",
    submit: "Sign in",
    passkey: "Sign in with a passkey",
    or: "or",
    forgot: "Forgot your password?",
    none: "New here?",
    signUp: "Create an account",
    expired: "Your session has ended. Sign in, and you are back where you were.",
    changed: "Your new password is set. Sign in with it.",
    passkeyRefused: "That passkey did not work. Nothing was changed.",
  },
  reset: {
    title: "Choose a new password",
    lead: "We send you a link with which you choose a new one.",
    submit: "Send the link",
    sentTitle: "Look into your mail",
    sent: (email: string) =>
      `If ${email} has an account here, a letter with a link is on its way. It holds for an hour.`,
    finishLead: "All your sessions will end, on every device.",
    finish: "Set the new password",
    back: "Back to sign-in",
  },
  invite: {
    title: "You are invited",
    lead: "A family wants you to look after their bear with them. Choose a name and a password.",
    submit: "Accept the invitation",
    missing: "This page is opened by the link in your mail.",
  },
  confirm: {
    title: "Is it you?",
    lead: "This cannot be undone lightly. Please confirm with your password.",
    submit: "Confirm",
    passkey: "Confirm with a passkey",
  },
};
