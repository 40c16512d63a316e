import type zh from "../zh/setup";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  setup: {
    title: "Set-up",
    told: "From the key ceremony to the first licence. The service itself tells what is done; afterwards this page leaves the menu.",
    progress: "{done} of {all} steps done",
    complete: "The set-up is complete",
    done: "done",
    open: "to do",
    optional: "advised",
    at: "on {at}",
    by: "By {duties}",
    missing: "Still missing, with an account that is activated: {duties}",
    go_to: "Go to: {page}",
    command: "Run on the server:",
    demonstration: "This is a demonstration",
    demonstration_told: "People, organisations, seals and licences are made up, and every certificate bears “（演示）” in its name. A demonstration never becomes a real instance: stop the service, remove the whole of the demonstration, and hold a key ceremony for the real one:",
  },
  setup_step: {
    ceremony: { title: "Hold the key ceremony", told: "It makes the root key, the authorities and the service's keys, and registers the administrators and registrars." },
    administrators: { title: "Activate the administrators' accounts", told: "The system administrator, two security administrators, the auditor and two registrars choose passwords with their codes, and add passkeys." },
    root_key: { title: "Keep the root key apart", told: "Divided among several people or put into a token, so that nobody can use it alone." },
    authority: { title: "Register your authority", told: "One registrar registers the organisation, another one proves it." },
    duties: { title: "Appoint the people", told: "Accounts and duties for everybody who works with seals and licences; one security administrator proposes, another agrees." },
    seal: { title: "Make the first seal", told: "Applied for, reviewed, made, filed, issued, and accepted by its owner." },
    licence_type: { title: "Publish the first licence type", told: "Drafted in the catalogue, reviewed by somebody else, published." },
    licence: { title: "Issue the first licence", told: "Filled in by its type, issued, sealed with the new seal." },
  },
};

export default en;
