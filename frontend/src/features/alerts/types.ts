import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Rule = Schemas["RuleOut"];
export type NewRule = Schemas["RuleNew"];
export type Channel = Schemas["ChannelOut"];
export type NewChannel = Schemas["ChannelNew"];
export type Silence = Schemas["SilenceOut"];
export type NewSilence = Schemas["SilenceNew"];
export type Decision = Schemas["DecisionOut"];
export type Hours = Rule["hours"][number];
