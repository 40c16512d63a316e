// What the types and fields are called that grants of sharing name by their codes, for whoever may look at the catalogue.
import { onMounted, reactive, shallowRef } from "vue";

import { api, told } from "../../api/client";
import type { components } from "../../api/schema";
import { called, type Called, listed, typeWord } from "../../called";
import { useI18n } from "../../speech";
import { fieldsOf, titleOf } from "./types";

type Schemas = components["schemas"];

const DATA = /^data\./;

/** Return what tells of the types and fields of grants; codes stand for themselves until they are known. */
export function useSharedTypes() {
  const { t, te } = useI18n();
  const types = shallowRef<readonly Schemas["TypeView"][]>([]);
  const titles = reactive(new Map<string, Called>());
  const asked = new Set<string>();
  onMounted(async () => {
    types.value = await told(api.GET("/v1/licence-types")).catch(() => []);
  });

  async function ask({ id, version, code }: Schemas["TypeView"]): Promise<void> {
    const path = { kind: id, number: version };
    const found = told(api.GET("/v1/licence-types/{kind}/versions/{number}", { params: { path } }));
    const { data_schema: schema } = await found.catch(() => ({ data_schema: {} }));
    for (const one of fieldsOf(schema)) titles.set(`${code} data.${one.name}`, titleOf(one));
  }

  function typeOf(code: string): string {
    const found = types.value.find((one) => one.code === code);
    return found ? typeWord(found) : code;
  }

  function fieldWord(code: string, name: string): string {
    if (te(`sharing.fields.${name}`)) return t(`sharing.fields.${name}`);
    const kind = types.value.find((one) => one.code === code);
    if (kind && !asked.has(code)) void ask(kind);
    if (kind) asked.add(code);
    const title = titles.get(`${code} ${name}`);
    return title ? called(title) : name.replace(DATA, "");
  }

  /** Return which fields of a type a system sees, and which of them masked. */
  function fieldsText({ code, fields }: Schemas["SharedTypeView"]): string {
    const words = Object.entries(fields).map(([name, shown]) =>
      shown === "masked" ? `${fieldWord(code, name)} (${t("sharing.masked")})` : fieldWord(code, name),
    );
    return words.length > 0 ? listed(words) : t("common.none");
  }

  return { typeOf, fieldsText };
}
