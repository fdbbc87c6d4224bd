import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { m } from "@/messages";
import { deviceTypesQuery } from "./api";

const NAMES: Readonly<Record<string, string>> = m.deviceTypes;

/** The word for a type. Types are data: the owner's own carry their own label. */
export function useTypeName(): (type: string) => string {
  const { data } = useQuery(deviceTypesQuery);
  return useCallback(
    (type) =>
      NAMES[type] ??
      data?.items.find(({ name }) => name === type)?.label ??
      type.replaceAll("_", " "),
    [data],
  );
}
