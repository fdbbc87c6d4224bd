import type { components } from "./schema";

/** The shapes of the wire, by the names the features use. */
type Schemas = components["schemas"];

export type Session = Schemas["Me"];
export type Role = Schemas["Role"];
export type Permission = Schemas["Permission"];

export type Site = Schemas["SiteOut"];
export type NewSite = Schemas["SiteNew"];
export type BootstrapKey = Schemas["BootstrapKeyOut"];
export type NewBootstrapKey = Schemas["BootstrapKeyMade"];

/** A device as lists show it, and with all that is known of it. */
export type Device = Schemas["DeviceOut"];
export type DeviceDetail = Schemas["DeviceDetail"];
export type DevicePage = Schemas["DevicePage"];
export type NewDevice = Schemas["DeviceNew"];
export type DeviceType = Schemas["DeviceTypeOut"];
export type DeviceEvent = Schemas["EventOut"];
export type DeviceCommand = Schemas["CommandOut"];
export type Provenance = Device["provenance"];
export type Lifecycle = Device["lifecycle"];
export type Connectivity = Device["connectivity"];
export type Health = Device["health"];
export type ConnectivityHistory = Schemas["ConnectivityOut"];

export type DeviceSort = Schemas["Sort"];

export type NewIntent = Schemas["IntentNew"];
export type Intent = Schemas["IntentMade"];

export type Person = Schemas["UserView"];
export type NewPerson = Schemas["NewUser"];

export type Incident = Schemas["IncidentOut"];
export type IncidentStory = Schemas["StoryOut"];
export type IncidentPage = Schemas["IncidentPageOut"];
export type Anomaly = Schemas["AnomalyOut"];
export type Likeness = Schemas["LikenessOut"];
export type SimilarIncident = Schemas["SimilarIncident"];
export type Delivery = Schemas["DeliveryOut"];

export type Reply = Schemas["ReplyOut"];
export type AiStatus = Schemas["StatusOut"];
export type Narration = Schemas["NarrationOut"];
export type ResultKind = Reply["result"]["kind"];
export type LoggedQuestion = Schemas["LoggedOut"];
export type ModeName = Schemas["ModeName"];

export type Overview = Schemas["OverviewOut"];
export type SiteNow = Schemas["SiteNowOut"];
