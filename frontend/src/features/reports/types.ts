import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Report = Schemas["ReportOut"];
export type ReportContent = Schemas["ReportContent"];
export type ListedReport = Schemas["ReportListed"];
export type ReportKind = ListedReport["report_type"];
export type ReportPlot = Schemas["ReportPlot"];
export type ReportTable = Schemas["ReportTable"];
export type ReportIncident = Schemas["ReportIncident"];
export type Schedule = Schemas["ReportSchedule"];
export type NewSchedule = Schemas["ReportScheduleIn"];
export type ModeName = Schemas["ModeName"];
