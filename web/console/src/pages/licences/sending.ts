// How bodies of several parts are sent.

/** Return a body as form data: texts and files, each under its name. */
export function formBody(body: object): FormData {
  const form = new FormData();
  for (const [name, one] of Object.entries(body)) form.append(name, one instanceof Blob ? one : String(one));
  return form;
}
