// Made from openapi.json by `make openapi`; not to be edited by hand.

export interface paths {
    "/api/ai/analyze/{device_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Analyze
         * @description What a device did in a period, how it is, what it resembles and what to do. With `narrate`,
         *     or a model by name, the summary is in a model's words where they say the same.
         */
        get: operations["analyze_api_ai_analyze__device_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/anomalies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Anomalies
         * @description Every deviation that was found, the newest first: what it was, against what was usual.
         */
        get: operations["list_anomalies_api_ai_anomalies_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/insights/{site_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Insights
         * @description What the last 30 days of a site amount to: what is found, what it cost, what to do, and what
         *     came of what was done.
         */
        get: operations["get_insights_api_ai_insights__site_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/insights/{site_id}/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Actions
         * @description What was done about what was recommended, the newest first, and what came of it.
         */
        get: operations["list_actions_api_ai_insights__site_id__actions_get"];
        put?: never;
        /**
         * Take Action
         * @description Mark a recommendation as taken. Its effect is told from a week on.
         */
        post: operations["take_action_api_ai_insights__site_id__actions_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/insights/{site_id}/actions/{action_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take Back Action
         * @description It was not done after all.
         */
        delete: operations["take_back_action_api_ai_insights__site_id__actions__action_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/maintenance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Maintenance Schedule
         * @description What is to be done on which device before when, the nearest first.
         */
        get: operations["maintenance_schedule_api_ai_maintenance_get"];
        put?: never;
        /**
         * Plan Maintenance
         * @description Write a line into the schedule.
         */
        post: operations["plan_maintenance_api_ai_maintenance_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/maintenance-calendars": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Calendar Keys
         * @description Your own addresses of the calendar, without their secrets.
         */
        get: operations["calendar_keys_api_ai_maintenance_calendars_get"];
        put?: never;
        /**
         * Add Calendar Key
         * @description Make an address that a calendar program can subscribe to. It is shown this once.
         */
        post: operations["add_calendar_key_api_ai_maintenance_calendars_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/maintenance-calendars/{calendar_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove Calendar Key
         * @description Take an address back: from now on it shows nothing.
         */
        delete: operations["remove_calendar_key_api_ai_maintenance_calendars__calendar_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/maintenance.ics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Maintenance Calendar
         * @description The maintenance schedule for a calendar program; the key is in the address.
         */
        get: operations["maintenance_calendar_api_ai_maintenance_ics_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/maintenance/{term_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change Maintenance
         * @description Move a line of the schedule, or say that it is ordered, done or not needed.
         */
        patch: operations["change_maintenance_api_ai_maintenance__term_id__patch"];
        trace?: never;
    };
    "/api/ai/modes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Modes
         * @description The modes, and your own: the one that counts where a request names none.
         */
        get: operations["modes_api_ai_modes_get"];
        /**
         * Choose Mode
         * @description Choose your own mode. It stays yours until you choose another.
         */
        put: operations["choose_mode_api_ai_modes_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/predict/{device_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Predict
         * @description Which limits a device will reach and when, how sure that is, and what to do before.
         */
        get: operations["predict_api_ai_predict__device_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/predictions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Predictions
         * @description What will reach a limit or fail within so many days, over all devices, the most probable
         *     first.
         */
        get: operations["predictions_api_ai_predictions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask
         * @description Ask in plain words. With `stream` the result comes at once, as the event `result`; then the
         *     words of a model as they are found to say the same, as `words`; what became of them, as
         *     `narration`; then `done`.
         */
        post: operations["ask_api_ai_query_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/questions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Questions
         * @description What was asked, the newest first: your own; with `everybody` all, for who may read the
         *     audit log.
         */
        get: operations["list_questions_api_ai_questions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/questions/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Questions
         * @description Every question with its plan, its answer and what was said of it, a line of JSON each.
         */
        get: operations["export_questions_api_ai_questions_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/questions/{question_id}/feedback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say Of Answer
         * @description Whether an answer was right, and how it should have been; the last word counts.
         */
        post: operations["say_of_answer_api_ai_questions__question_id__feedback_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Make Report
         * @description The same of all sites together.
         */
        get: operations["make_report_api_ai_report_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/report-schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Report Schedules
         * @description Which reports are made by themselves, and where they go.
         */
        get: operations["list_report_schedules_api_ai_report_schedules_get"];
        put?: never;
        /**
         * Add Report Schedule
         * @description Have reports made by themselves from now on, and sent over channels of alerts.
         */
        post: operations["add_report_schedule_api_ai_report_schedules_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/report-schedules/{schedule_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change Report Schedule
         * @description Say it anew; switched off, it makes none until it is on again.
         */
        put: operations["change_report_schedule_api_ai_report_schedules__schedule_id__put"];
        post?: never;
        /**
         * Remove Report Schedule
         * @description No more of these; those that were made stay.
         */
        delete: operations["remove_report_schedule_api_ai_report_schedules__schedule_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/report/sites/{site_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Make Site Report
         * @description The same of a site.
         */
        get: operations["make_site_report_api_ai_report_sites__site_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/report/{device_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Make Device Report
         * @description Make a report on a device and keep it: of the last 24 hours, for a weekly one the last 7
         *     days, for a monthly one the last 30, or of another period; a custom analysis may name `from` and
         *     `to`.
         */
        get: operations["make_device_report_api_ai_report__device_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Reports
         * @description Reports as they were made, the newest first.
         */
        get: operations["list_reports_api_ai_reports_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/reports/{report_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Report
         * @description A report as it was made.
         */
        get: operations["get_report_api_ai_reports__report_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/similar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Similar
         * @description Say in words what happened, or name an incident that is remembered: the past incidents like
         *     it, and what helped them.
         */
        post: operations["similar_api_ai_similar_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Status
         * @description How the model server and the index of incidents are, measured at this moment.
         */
        get: operations["read_status_api_ai_status_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ai/usual/{device_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Usual
         * @description What is usual for a device at each hour of a window, as detection knows it today.
         *
         *     Without `from`, the last 24 hours.
         */
        get: operations["get_usual_api_ai_usual__device_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Channels
         * @description Where alerts can go, without addresses.
         */
        get: operations["list_channels_api_alerts_channels_get"];
        put?: never;
        /**
         * Create Channel
         * @description A new way to tell people; the first one gets a rule. Try it with POST …/test.
         */
        post: operations["create_channel_api_alerts_channels_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/channels/{channel_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Channel */
        get: operations["get_channel_api_alerts_channels__channel_id__get"];
        put?: never;
        post?: never;
        /**
         * Remove Channel
         * @description Its address is forgotten; the log of what was sent stays.
         */
        delete: operations["remove_channel_api_alerts_channels__channel_id__delete"];
        options?: never;
        head?: never;
        /**
         * Change Channel
         * @description What is not named stays as it is.
         */
        patch: operations["change_channel_api_alerts_channels__channel_id__patch"];
        trace?: never;
    };
    "/api/alerts/channels/{channel_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test Channel
         * @description Send a test, once; its delivery says within seconds whether it arrived, and why not.
         */
        post: operations["test_channel_api_alerts_channels__channel_id__test_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Decisions
         * @description Why somebody was told of an incident, or was not; the newest first.
         */
        get: operations["list_decisions_api_alerts_decisions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Deliveries
         * @description Each message with every attempt and what came of it, the newest first.
         */
        get: operations["list_deliveries_api_alerts_deliveries_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List Rules */
        get: operations["list_rules_api_alerts_rules_get"];
        put?: never;
        /**
         * Create Rule
         * @description Who is told of which incidents, and when.
         */
        post: operations["create_rule_api_alerts_rules_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/rules/{rule_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Rule */
        get: operations["get_rule_api_alerts_rules__rule_id__get"];
        put?: never;
        post?: never;
        /** Remove Rule */
        delete: operations["remove_rule_api_alerts_rules__rule_id__delete"];
        options?: never;
        head?: never;
        /**
         * Change Rule
         * @description What is not named stays as it is.
         */
        patch: operations["change_rule_api_alerts_rules__rule_id__patch"];
        trace?: never;
    };
    "/api/alerts/silences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Silences
         * @description Those that last.
         */
        get: operations["list_silences_api_alerts_silences_get"];
        put?: never;
        /**
         * Create Silence
         * @description Hold what fits until the silence ends; what lasts longer is told then.
         */
        post: operations["create_silence_api_alerts_silences_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/silences/{silence_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End Silence
         * @description End it now.
         */
        delete: operations["end_silence_api_alerts_silences__silence_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Audit Log
         * @description Who changed what, the newest first.
         */
        get: operations["audit_log_api_audit_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Login
         * @description Sign in; sets the session cookie.
         */
        post: operations["login_api_auth_login_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Logout
         * @description End this session.
         */
        post: operations["logout_api_auth_logout_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Me
         * @description Who am I? Also tells the csrf_token again, which a page that was loaded anew has lost.
         */
        get: operations["me_api_auth_me_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change Password
         * @description Choose a new password. Every other session ends; this one gets a new cookie, and its new
         *     csrf_token comes in the header X-CSRF-Token.
         */
        post: operations["change_password_api_auth_password_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/device-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Device Types
         * @description Every type of device with its metrics, as it holds here.
         */
        get: operations["list_device_types_api_device_types_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/device-types/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Device Type */
        get: operations["get_device_type_api_device_types__name__get"];
        /**
         * Change Device Type
         * @description Put your own words in place of what you said before; a new name makes a new type.
         */
        put: operations["change_device_type_api_device_types__name__put"];
        post?: never;
        /**
         * Reset Device Type
         * @description Back to what is shipped; a type of your own is gone, its devices count as unknown.
         */
        delete: operations["reset_device_type_api_device_types__name__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/device-types/{name}/thresholds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Type Thresholds
         * @description From which score on devices of a type are healthy, or critical.
         */
        get: operations["get_type_thresholds_api_device_types__name__thresholds_get"];
        /**
         * Put Type Thresholds
         * @description Say otherwise for a type. Its limits stand with the type itself.
         */
        put: operations["put_type_thresholds_api_device_types__name__thresholds_put"];
        post?: never;
        /**
         * Reset Type Thresholds
         * @description Back to what the configuration says.
         */
        delete: operations["reset_type_thresholds_api_device_types__name__thresholds_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Devices
         * @description Devices, a page at a time; `next_cursor` leads on within the same filters and sort.
         */
        get: operations["list_devices_api_devices_get"];
        put?: never;
        /**
         * Create Device
         * @description A device that waits for its agent.
         */
        post: operations["create_device_api_devices_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Device */
        get: operations["get_device_api_devices__device_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change Device */
        patch: operations["change_device_api_devices__device_id__patch"];
        trace?: never;
    };
    "/api/devices/{device_id}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Activate Device */
        post: operations["activate_device_api_devices__device_id__activate_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Archive Device
         * @description Put the device away: its key is void, what it told is kept.
         */
        post: operations["archive_device_api_devices__device_id__archive_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Commands
         * @description The commands of a device with what came of them, the newest first.
         */
        get: operations["list_commands_api_devices__device_id__commands_get"];
        put?: never;
        /**
         * Issue Command
         * @description Ask a device to do something its owner permits; it lives 300 s.
         */
        post: operations["issue_command_api_devices__device_id__commands_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/commands/{command_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Command */
        get: operations["get_command_api_devices__device_id__commands__command_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/connectivity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Connectivity
         * @description How a device is and has been connected: the newest changes, and its uptime in a window.
         */
        get: operations["get_connectivity_api_devices__device_id__connectivity_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Events
         * @description Log lines, audit entries and alerts of a device, and what the server noticed of it.
         *
         *     The newest first.
         */
        get: operations["list_events_api_devices__device_id__events_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Health
         * @description How well a device is, why, and how it has been.
         */
        get: operations["get_health_api_devices__device_id__health_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Jobs
         * @description What a device did by itself, the newest first.
         */
        get: operations["list_jobs_api_devices__device_id__jobs_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Chart
         * @description A window of one device in at most so many points; the lowest and highest are never lost.
         *
         *     Without `metrics`, the first 20 by name of those the device reports, and `left_out` names the
         *     others; without `from`, the last 24 hours. A metric that nobody knows is refused.
         */
        get: operations["read_chart_api_devices__device_id__metrics_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Permissions
         * @description What the owner permits on this device, and what the device asked for.
         */
        get: operations["get_permissions_api_devices__device_id__permissions_get"];
        /**
         * Put Permissions
         * @description Grant and withdraw; what is not named stays as it is.
         */
        put: operations["put_permissions_api_devices__device_id__permissions_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore Device
         * @description Bring an archived device back; it waits to be enrolled anew.
         */
        post: operations["restore_device_api_devices__device_id__restore_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/revoke-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke Key
         * @description End every key of a device at once.
         */
        post: operations["revoke_key_api_devices__device_id__revoke_key_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/rotate-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate Key
         * @description A new key for a device, shown once. The keys there are live on for `grace_s`.
         */
        post: operations["rotate_key_api_devices__device_id__rotate_key_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Suspend Device
         * @description Stop listening to the device; its key stays.
         */
        post: operations["suspend_device_api_devices__device_id__suspend_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/tariff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Device Tariff
         * @description What an hour of downtime, a visit and a part cost for a device, and where that was said.
         */
        get: operations["get_device_tariff_api_devices__device_id__tariff_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/thresholds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Device Thresholds
         * @description The thresholds and limits that hold for a device, and where each was said.
         */
        get: operations["get_device_thresholds_api_devices__device_id__thresholds_get"];
        /**
         * Put Device Thresholds
         * @description Say otherwise for one device. Detection goes by it within half a minute.
         */
        put: operations["put_device_thresholds_api_devices__device_id__thresholds_put"];
        post?: never;
        /**
         * Reset Device Thresholds
         * @description Back to what holds for its type.
         */
        delete: operations["reset_device_thresholds_api_devices__device_id__thresholds_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{device_id}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Transfer Device
         * @description Move the device to another site.
         */
        post: operations["transfer_device_api_devices__device_id__transfer_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment-intents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Intents
         * @description The enrolment intents, the newest first; never their tokens.
         */
        get: operations["list_intents_api_enrolment_intents_get"];
        put?: never;
        /**
         * Create Intent
         * @description Let one device enrol at a site, once; the claim token is shown once.
         */
        post: operations["create_intent_api_enrolment_intents_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment-intents/{intent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke Intent
         * @description End an intent that nobody has claimed.
         */
        delete: operations["revoke_intent_api_enrolment_intents__intent_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Live */
        get: operations["live_api_health_live_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ready */
        get: operations["ready_api_health_ready_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Incidents
         * @description Incidents, the newest first. `device` finds those of its site in which it is a member too.
         */
        get: operations["list_incidents_api_incidents_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Incident
         * @description Its devices, what deviated in the order it began, how that was then, at worst and is now,
         *     everything that happened with it, and who was told or why nobody was.
         */
        get: operations["get_incident_api_incidents__incident_id__get"];
        put?: never;
        post?: never;
        /**
         * Remove Incident
         * @description For good, with what memory has of it: nobody is shown it as similar again.
         */
        delete: operations["remove_incident_api_incidents__incident_id__delete"];
        options?: never;
        head?: never;
        /**
         * Correct Incident
         * @description What was written down of a resolved incident; what memory has of it follows.
         */
        patch: operations["correct_incident_api_incidents__incident_id__patch"];
        trace?: never;
    };
    "/api/incidents/{incident_id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm Incident
         * @description Somebody has seen it and looks after it.
         */
        post: operations["confirm_incident_api_incidents__incident_id__confirm_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/normal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Call Incident Normal
         * @description This is usual here. What deviated, as far as it did, opens no incident again.
         */
        post: operations["call_incident_normal_api_incidents__incident_id__normal_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Note On Incident
         * @description A word on it that changes nothing.
         */
        post: operations["note_on_incident_api_incidents__incident_id__notes_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reopen Incident
         * @description It was not over after all.
         */
        post: operations["reopen_incident_api_incidents__incident_id__reopen_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/incidents/{incident_id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resolve Incident
         * @description What was done about it, and whether that helped: remembered for the next time.
         */
        post: operations["resolve_incident_api_incidents__incident_id__resolve_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Metrics
         * @description The registry: shipped, declared and discovered metrics.
         */
        get: operations["list_metrics_api_metrics_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/metrics/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Describe Metric
         * @description Say what a metric is; a field set to null goes back to what is shipped or not known.
         */
        patch: operations["describe_metric_api_metrics__name__patch"];
        trace?: never;
    };
    "/api/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Overview
         * @description How many devices are well, which sites are not, and what wants somebody now.
         */
        get: operations["get_overview_api_overview_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/prometheus/write": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remote Write
         * @description Remote write 1.0 (snappy): answered when every sample that can be taken is committed.
         *     422 names what cannot, and is not to be repeated; 503 is to be sent again.
         */
        post: operations["remote_write_api_prometheus_write_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Sites
         * @description Sites by name, a page at a time; `next_cursor` leads on.
         */
        get: operations["list_sites_api_sites_get"];
        put?: never;
        /** Create Site */
        post: operations["create_site_api_sites_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sites/{site_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Site */
        get: operations["get_site_api_sites__site_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change Site */
        patch: operations["change_site_api_sites__site_id__patch"];
        trace?: never;
    };
    "/api/sites/{site_id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Archive Site
         * @description Put the site away; refused while devices stand there, unless they go with it.
         */
        post: operations["archive_site_api_sites__site_id__archive_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sites/{site_id}/bootstrap-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Bootstrap Keys
         * @description The bootstrap keys of a site, the newest first; never the keys themselves.
         */
        get: operations["list_bootstrap_keys_api_sites__site_id__bootstrap_keys_get"];
        put?: never;
        /**
         * Create Bootstrap Key
         * @description A key with which devices enrol themselves at this site, shown once.
         */
        post: operations["create_bootstrap_key_api_sites__site_id__bootstrap_keys_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sites/{site_id}/bootstrap-keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke Bootstrap Key
         * @description End a bootstrap key; the devices it enrolled stay.
         */
        delete: operations["revoke_bootstrap_key_api_sites__site_id__bootstrap_keys__key_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sites/{site_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore Site
         * @description Bring the site back, without its devices: each is restored and enrolled by itself.
         */
        post: operations["restore_site_api_sites__site_id__restore_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Condition
         * @description How the installation itself is, measured now: each part, what is wrong, what mends it.
         */
        get: operations["read_condition_api_status_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tariffs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Tariffs
         * @description Everything that was said of costs, and by whom; the nearest to a device holds for it.
         */
        get: operations["list_tariffs_api_tariffs_get"];
        /**
         * Put Tariff
         * @description Say what things cost, for all devices, a type, or a type at a site. That of a site itself
         *     is said with the site.
         */
        put: operations["put_tariff_api_tariffs_put"];
        post?: never;
        /**
         * Delete Tariff
         * @description Take back what was said for these; without any, what was said for all devices.
         */
        delete: operations["delete_tariff_api_tariffs_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/telemetry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take Batch
         * @description Readings of many devices, by row or by column; answered when they are committed.
         */
        post: operations["take_batch_api_telemetry_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/telemetry/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Latest
         * @description The newest value of each metric of every device, or of those named.
         */
        get: operations["read_latest_api_telemetry_latest_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/telemetry/mqtt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Mqtt
         * @description Whether messages come by MQTT, and the last ones that could not be taken and why.
         */
        get: operations["read_mqtt_api_telemetry_mqtt_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Tokens
         * @description Your tokens; an admin sees everybody's.
         */
        get: operations["list_tokens_api_tokens_get"];
        put?: never;
        /**
         * Add Token
         * @description Make a token for a program. The answer holds it whole, this once.
         */
        post: operations["add_token_api_tokens_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens/{token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke Token
         * @description Revoke a token: from now on it is refused.
         */
        delete: operations["revoke_token_api_tokens__token_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Users
         * @description Everybody of this tenant, deactivated users too.
         */
        get: operations["list_users_api_users_get"];
        put?: never;
        /**
         * Add User
         * @description Add a user, who signs in with the one-time password (shown once, good for a week) and then
         *     chooses a password.
         */
        post: operations["add_user_api_users_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change User
         * @description Change the name or the role, deactivate (`active: false`) or let in again.
         */
        patch: operations["change_user_api_users__user_id__patch"];
        trace?: never;
    };
    "/api/users/{user_id}/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reset Password
         * @description A new one-time password, shown once; the user is signed out everywhere.
         */
        post: operations["reset_password_api_users__user_id__reset_password_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/alert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell Alert
         * @description Something the device itself finds wrong.
         */
        post: operations["tell_alert_api_v1_agent_alert_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell Audit
         * @description Something that was done at the device.
         */
        post: operations["tell_audit_api_v1_agent_audit_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/config-history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell Config Change
         * @description A change of the device's configuration.
         */
        post: operations["tell_config_change_api_v1_agent_config_history_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/device-dna": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell Dna
         * @description What a device is made of. Its name, type, site and provenance are its owner's to say.
         */
        post: operations["tell_dna_api_v1_agent_device_dna_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Beat
         * @description The device is there. What counts is when the server received this.
         */
        post: operations["beat_api_v1_agent_heartbeat_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell Job
         * @description The device is about to do something by itself.
         */
        post: operations["tell_job_api_v1_agent_jobs_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/jobs/{job_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Tell Job Status
         * @description How that goes.
         */
        put: operations["tell_job_status_api_v1_agent_jobs__job_id__put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell Log
         * @description One log line.
         */
        post: operations["tell_log_api_v1_agent_logs_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/telemetry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keep Reports
         * @description One report, or several of one device. A report that comes again is not doubled.
         */
        post: operations["keep_reports_api_v1_agent_telemetry_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/{device_id}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Latest
         * @description The device's newest values, as the server has them.
         */
        get: operations["get_latest_api_v1_agent__device_id__metrics_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/{device_id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Status
         * @description How the server sees the device.
         */
        get: operations["get_status_api_v1_agent__device_id__status_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/bootstrap-provision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bootstrap Provision
         * @description Enrol a device with the bootstrap key of its site; its own key is shown once.
         */
        post: operations["bootstrap_provision_api_v1_devices_bootstrap_provision_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/device/{device_id}/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Own Permissions
         * @description What the owner permits on this device.
         */
        get: operations["get_own_permissions_api_v1_devices_device__device_id__permissions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change Own Permissions
         * @description A device withdraws at once with `false`. With `true` it only asks: the owner grants.
         */
        patch: operations["change_own_permissions_api_v1_devices_device__device_id__permissions_patch"];
        trace?: never;
    };
    "/api/v1/devices/pending": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Pending
         * @description The commands that wait for this device, the oldest first: a bare array.
         */
        get: operations["get_pending_api_v1_devices_pending_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{command_id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Report Command
         * @description What came of a command. Said twice, it counts once; another ending is refused.
         */
        put: operations["report_command_api_v1_devices__command_id__status_put"];
        /**
         * Report Command
         * @description What came of a command. Said twice, it counts once; another ending is refused.
         */
        post: operations["report_command_api_v1_devices__command_id__status_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{device_id}/commands/{command_id}/ack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acknowledge
         * @description The command has arrived. Acknowledged twice, it counts once; an expired one is refused.
         */
        post: operations["acknowledge_api_v1_devices__device_id__commands__command_id__ack_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/enrolment-intents/{intent_id}/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Claim Intent
         * @description Enrol a device by a one-time claim; its own key is shown once.
         */
        post: operations["claim_intent_api_v1_enrolment_intents__intent_id__claim_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Figures
         * @description The figures of the installation, all tenants together, as Prometheus reads them.
         */
        get: operations["read_figures_metrics_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** ActionIn */
        ActionIn: {
            /** Note */
            note?: string | null;
            /** Recommendation Id */
            recommendation_id: string;
            /**
             * Taken At
             * @description now, where it is left out
             */
            taken_at?: string | null;
        };
        /** ActorView */
        ActorView: {
            /** Id */
            id: string | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "user" | "token" | "device" | "system";
            /** Name */
            name: string;
        };
        /** AddedToken */
        AddedToken: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Scopes */
            scopes: string[];
            /** Token */
            token: string;
        };
        /** AddedUser */
        AddedUser: {
            /** One Time Password */
            one_time_password: string;
            user: components["schemas"]["UserView"];
        };
        /**
         * Against
         * @description The other side of a comparison: other devices, or another time, or both.
         */
        Against: {
            scope?: components["schemas"]["homepot__ai__query__plan__Scope"] | null;
            /** Window */
            window?: (components["schemas"]["Rolling"] | components["schemas"]["Coming"] | components["schemas"]["Calendar"] | components["schemas"]["Dates"] | components["schemas"]["Moments"]) | null;
        };
        /**
         * Aggregate
         * @enum {string}
         */
        Aggregate: "newest" | "first" | "average" | "median" | "maximum" | "minimum" | "sum" | "count" | "percentile" | "spread" | "range" | "rate" | "change" | "change_percent" | "seconds_above" | "seconds_below" | "times_above" | "times_below" | "when_highest" | "when_lowest";
        /**
         * AheadOut
         * @description What will reach a limit within the days asked for, the most probable first.
         */
        AheadOut: {
            coverage: components["schemas"]["CoverageOut"];
            /**
             * Failing
             * @description who is likely to fail by what their own days did, the likeliest first
             */
            failing: components["schemas"]["FailingOut"][];
            /** Items */
            items: components["schemas"]["ForeseenOut"][];
            /**
             * Less Likely
             * @description more of them with a chance below 0.1
             */
            less_likely: number;
            /**
             * Over
             * @description who was told to be likely to fail and is not any more, of the last 14 days
             */
            over: components["schemas"]["ForewarnedOut"][];
            /** Reached */
            reached: components["schemas"]["DeviceReachedOut"][];
            /**
             * Types
             * @description what past failures of each type have taught
             */
            types: components["schemas"]["TypeLearntOut"][];
            /**
             * Within Days
             * @enum {integer}
             */
            within_days: 7 | 14 | 30;
        };
        /** Alert */
        Alert: {
            /**
             * Category
             * @default network
             */
            category?: string;
            /** Description */
            description?: string | null;
            /** Device Id */
            device_id: string;
            /**
             * Severity
             * @default warning
             */
            severity?: string;
            /** Timestamp */
            timestamp?: string | null;
            /** Title */
            title: string;
        } & {
            [key: string]: unknown;
        };
        /**
         * AnalysisAdvice
         * @description A recommendation with what it rests on.
         */
        AnalysisAdvice: {
            /** Evidence */
            evidence: string[];
            /**
             * Kind
             * @enum {string}
             */
            kind: "worked_before" | "first_step" | "foreseen" | "warranty";
            /** Of Incident */
            of_incident: string | null;
            /** Text */
            text: string;
            /** Tried */
            tried: number | null;
            /**
             * Worked
             * @description on so many of the similar incidents
             */
            worked: number | null;
        };
        /** AnalysisAnomaly */
        AnalysisAnomaly: {
            /** Ended At */
            ended_at: string | null;
            /** Id */
            id: number;
            /** Kind */
            kind: string;
            /** Metrics */
            metrics: string[];
            /**
             * Muted
             * @description why nobody was told; null where somebody was
             */
            muted: string | null;
            /**
             * Severity
             * @enum {string}
             */
            severity: "info" | "warning" | "critical";
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
        };
        /** AnalysisCost */
        AnalysisCost: {
            /** Currency */
            currency: string | null;
            /** Downtime Cost */
            downtime_cost: number | null;
            /** Downtime Cost Per Hour */
            downtime_cost_per_hour: number | null;
            /** Offline Hours */
            offline_hours: number | null;
            /** Part Cost */
            part_cost: number | null;
            /** Visit Cost */
            visit_cost: number | null;
        };
        /** AnalysisFactor */
        AnalysisFactor: {
            /** Evidence */
            evidence: number;
            /** Lost */
            lost: number;
            /** Name */
            name: string;
            /** Reason */
            reason: string;
            /** Weight */
            weight: number;
        };
        /**
         * AnalysisFindings
         * @description `summary` is a model's words only where each of them is in the facts; `by` says whose.
         */
        AnalysisFindings: {
            /**
             * Anomalies
             * @description the newest first; muted ones too
             */
            anomalies: components["schemas"]["AnalysisAnomaly"][];
            /**
             * Anomalies Detected
             * @description of which somebody was told
             */
            anomalies_detected: number;
            /**
             * Health Average
             * @description in the period, by how long each score stood
             */
            health_average: number | null;
            /** Health Factors */
            health_factors: components["schemas"]["AnalysisFactor"][];
            /** Health Lowest */
            health_lowest: number | null;
            /** Health Reason */
            health_reason: string | null;
            /** Health Score */
            health_score: number | null;
            /** Incidents */
            incidents: components["schemas"]["AnalysisIncident"][];
            /** Learning */
            learning: string;
            /** Model Used */
            model_used: string | null;
            /** Predictions */
            predictions: components["schemas"]["PredictionOut"][];
            /** Recommendations */
            recommendations: string[];
            /** Recommended */
            recommended: components["schemas"]["AnalysisAdvice"][];
            /**
             * Risk Score
             * @description that a limit is reached within 14 days
             */
            risk_score: number | null;
            /** Similar Past Incidents */
            similar_past_incidents: components["schemas"]["AnalysisSimilar"][];
            /**
             * Status
             * @enum {string}
             */
            status: "healthy" | "warning" | "critical" | "unknown";
            /** Summary */
            summary: string;
            /**
             * Summary By
             * @enum {string}
             */
            summary_by: "model" | "template";
        };
        /** AnalysisIncident */
        AnalysisIncident: {
            /** Category */
            category: string;
            /** Ended At */
            ended_at: string | null;
            /** Incident Id */
            incident_id: string;
            /**
             * Is Site
             * @description of the whole site, and this device is a member
             */
            is_site: boolean;
            /** Resolution */
            resolution: string | null;
            /**
             * Severity
             * @enum {string}
             */
            severity: "info" | "warning" | "critical";
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** State */
            state: string;
            /** Title */
            title: string;
            /** Worked */
            worked: boolean | null;
        };
        /** AnalysisMetric */
        AnalysisMetric: {
            /**
             * Average
             * @description null of a counter
             */
            average: number | null;
            /** Beyond */
            beyond: ("warning" | "critical") | null;
            /** Count */
            count: number;
            /** Highest */
            highest: number;
            /**
             * Increase
             * @description by how much a counter grew
             */
            increase: number | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "gauge" | "counter" | "ratio";
            /** Label */
            label: string;
            /**
             * Limit
             * @description the limit that was passed
             */
            limit: number | null;
            /** Lowest */
            lowest: number;
            /** Metric */
            metric: string;
            /** Unit */
            unit: string;
        };
        /** AnalysisMetrics */
        AnalysisMetrics: {
            /** All */
            all: components["schemas"]["AnalysisMetric"][];
            /** Avg Temperature */
            avg_temperature: number | null;
            /** Max Temperature */
            max_temperature: number | null;
            readings: components["schemas"]["AnalysisReadings"];
            /** Temperature Unit */
            temperature_unit: string | null;
            uptime: components["schemas"]["AnalysisUptime"];
            /** Uptime Percentage */
            uptime_percentage: number | null;
        };
        /**
         * AnalysisOut
         * @description What is null has its reason in `why`.
         */
        AnalysisOut: {
            analysis: components["schemas"]["AnalysisFindings"];
            cost: components["schemas"]["AnalysisCost"];
            /** Device Id */
            device_id: string;
            /** Device Name */
            device_name: string;
            /** Device Type */
            device_type: string;
            /**
             * End
             * Format: date-time
             */
            end: string;
            /**
             * Events
             * @description what the device said of itself, by severity
             */
            events: {
                [key: string]: number;
            };
            /**
             * Generated At
             * Format: date-time
             */
            generated_at: string;
            metrics: components["schemas"]["AnalysisMetrics"];
            mode: components["schemas"]["ModeName"];
            period: components["schemas"]["Period"];
            /**
             * Provenance
             * @enum {string}
             */
            provenance: "real" | "imported" | "simulated";
            /** Site Id */
            site_id: string;
            /** Site Name */
            site_name: string;
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /** Warnings */
            warnings: string[];
            /** Warranty Until */
            warranty_until: string | null;
            /** Why */
            why: {
                [key: string]: string;
            };
        };
        /** AnalysisPause */
        AnalysisPause: {
            /**
             * End
             * Format: date-time
             */
            end: string;
            /**
             * Start
             * Format: date-time
             */
            start: string;
        };
        /** AnalysisReadings */
        AnalysisReadings: {
            /** Covered S */
            covered_s: number;
            /** First At */
            first_at: string | null;
            /** Last At */
            last_at: string | null;
            /**
             * Last Ever
             * @description null where none came in the period either
             */
            last_ever: string | null;
            /** Pauses */
            pauses: components["schemas"]["AnalysisPause"][];
            /** Values */
            values: number;
        };
        /** AnalysisSimilar */
        AnalysisSimilar: {
            /**
             * Date
             * @description when it began, on the site's calendar
             */
            date: string | null;
            /** Description */
            description: string;
            /** Device Id */
            device_id: string | null;
            /** Incident Id */
            incident_id: string;
            /**
             * Of Incident
             * @description which incident of the period it is like
             */
            of_incident: string;
            /** Resolution */
            resolution: string | null;
            /**
             * Similarity Score
             * @description how probable it is that both are of one kind
             */
            similarity_score: number;
            /**
             * Worked
             * @description whether what was done helped, as far as it was said
             */
            worked: boolean | null;
        };
        /** AnalysisUptime */
        AnalysisUptime: {
            /** Longest Outage S */
            longest_outage_s: number;
            /** Offline S */
            offline_s: number;
            /** Online S */
            online_s: number;
            /** Outages */
            outages: number;
            /** Unknown S */
            unknown_s: number;
        };
        /** AnomalyOut */
        AnomalyOut: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Detected At
             * Format: date-time
             */
            detected_at: string;
            /** Device Id */
            device_id: string;
            /** Device Name */
            device_name: string;
            /** Ended At */
            ended_at: string | null;
            /** Engine Version */
            engine_version: string;
            /** Health Score */
            health_score: number;
            /** Id */
            id: number;
            /**
             * Kind
             * @enum {string}
             */
            kind: "step" | "ramp" | "drift" | "frozen" | "limit" | "silent" | "unmeasured" | "joint" | "surprise";
            /** Metrics */
            metrics: components["schemas"]["MetricOut"][];
            /**
             * Muted
             * @description why nobody was told; null where somebody was, or it is information only
             */
            muted: ("history" | "maintenance" | "closed" | "learning") | null;
            /** P Value */
            p_value: number;
            /**
             * Severity
             * @enum {string}
             */
            severity: "info" | "warning" | "critical";
            /** Site Id */
            site_id: string;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /**
             * Status
             * @enum {string}
             */
            status: "healthy" | "warning" | "critical";
        };
        /** AnomalyPageOut */
        AnomalyPageOut: {
            /** Items */
            items: components["schemas"]["AnomalyOut"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** Archiving */
        Archiving: {
            /**
             * With Devices
             * @description archive its devices together with it
             * @default false
             */
            with_devices?: boolean;
        };
        /**
         * Ask
         * @enum {string}
         */
        Ask: "count" | "which" | "value" | "each" | "top" | "compare" | "difference" | "grows" | "holds" | "record" | "records" | "status" | "recall" | "why" | "none";
        /** Attempt */
        Attempt: {
            /** Ended At */
            ended_at: string | null;
            /** Number */
            number: number;
            /** Problem */
            problem: string | null;
            /** Result */
            result: ("sent" | "failed" | "unknown") | null;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
        };
        /**
         * Attribute
         * @enum {string}
         */
        Attribute: "name" | "type" | "site" | "place" | "firmware" | "address" | "tags" | "provenance" | "lifecycle" | "installed_on" | "warranty_until" | "age_days" | "warranty_days" | "enrolled_at" | "metrics" | "timezone" | "opening_hours";
        /** AuditEntry */
        AuditEntry: {
            /** Description */
            description: string;
            /** Device Id */
            device_id: string;
            /** Event Type */
            event_type: string;
            /** Metadata */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /** Timestamp */
            timestamp?: string | null;
        } & {
            [key: string]: unknown;
        };
        /** BootstrapKeyList */
        BootstrapKeyList: {
            /** Items */
            items: components["schemas"]["BootstrapKeyOut"][];
            /** Total */
            total: number;
        };
        /**
         * BootstrapKeyMade
         * @description The key itself is shown this once and kept nowhere.
         */
        BootstrapKeyMade: {
            /** Bootstrap Key */
            bootstrap_key: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /** Expires At */
            expires_at: string | null;
            /** Id */
            id: number;
            /** Label */
            label: string | null;
            /** Last Used At */
            last_used_at: string | null;
            /** Revoked At */
            revoked_at: string | null;
            /** Uses */
            uses: number;
            /** Uses Max */
            uses_max: number | null;
        };
        /**
         * BootstrapKeyNew
         * @description Both limits are optional: without them the key lives until it is revoked.
         */
        BootstrapKeyNew: {
            /** Expires In S */
            expires_in_s?: number | null;
            /** Label */
            label?: string | null;
            /** Uses Max */
            uses_max?: number | null;
        };
        /** BootstrapKeyOut */
        BootstrapKeyOut: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /** Expires At */
            expires_at: string | null;
            /** Id */
            id: number;
            /** Label */
            label: string | null;
            /** Last Used At */
            last_used_at: string | null;
            /** Revoked At */
            revoked_at: string | null;
            /** Uses */
            uses: number;
            /** Uses Max */
            uses_max: number | null;
        };
        /** BootstrapProvision */
        BootstrapProvision: {
            /** Bootstrap Key */
            bootstrap_key: string;
            /** Device Name */
            device_name?: string | null;
            /**
             * Device Type
             * @default pos_terminal
             */
            device_type?: string;
            /** Os Details */
            os_details?: string | null;
            /**
             * Provisioning Source
             * @default physical
             */
            provisioning_source?: ("physical" | "emulator") | null;
            /** Site Id */
            site_id: string;
        } & {
            [key: string]: unknown;
        };
        /**
         * By
         * @enum {string}
         */
        By: "device" | "site" | "type" | "firmware" | "place" | "category" | "severity" | "hour" | "day" | "week" | "weekday" | "hour_of_day";
        /**
         * Calendar
         * @description Whole units by the site's own clock: 0 is the one we are in (cut off at the moment of
         *     asking), -1 the one before, 1 the next; so many of them together, the last of them this one.
         */
        Calendar: {
            /**
             * Count
             * @default 1
             */
            count?: number;
            hours?: components["schemas"]["homepot__ai__query__when__Hours"] | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "calendar";
            /**
             * Offset
             * @default -1
             */
            offset?: number;
            unit: components["schemas"]["Unit"];
        };
        /**
         * CalendarKeyAdded
         * @description `path` is what a calendar program subscribes to; it is shown this once.
         */
        CalendarKeyAdded: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Path */
            path: string;
        };
        /** CalendarKeyNew */
        CalendarKeyNew: {
            /**
             * Name
             * @description where it is used, such as the calendar of the workshop
             */
            name: string;
        };
        /** CalendarKeyOut */
        CalendarKeyOut: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Id */
            id: number;
            /** Last Read At */
            last_read_at: string | null;
            /** Name */
            name: string;
        };
        /** CalendarKeysOut */
        CalendarKeysOut: {
            /** Items */
            items: components["schemas"]["CalendarKeyOut"][];
        };
        /** ChangeOut */
        ChangeOut: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Previous
             * @enum {string}
             */
            previous: "unknown" | "online" | "offline";
            /**
             * Recorded At
             * Format: date-time
             */
            recorded_at: string;
            /**
             * State
             * @enum {string}
             */
            state: "unknown" | "online" | "offline";
        };
        /** ChannelChange */
        ChannelChange: {
            /** Enabled */
            enabled?: boolean | null;
            /** Length */
            length?: ("short" | "long") | null;
            /** Name */
            name?: string | null;
            /** Topic */
            topic?: string | null;
            /** Url */
            url?: string | null;
        };
        /** ChannelNew */
        ChannelNew: {
            /**
             * Enabled
             * @default true
             */
            enabled?: boolean;
            /**
             * Kind
             * @default service
             * @enum {string}
             */
            kind?: "service" | "mqtt" | "dashboard";
            /**
             * Length
             * @description without it: long for e-mail
             */
            length?: ("short" | "long") | null;
            /** Name */
            name: string;
            /**
             * Topic
             * @description at the broker of mqtt_url
             */
            topic?: string | null;
            /**
             * Url
             * @description of a service, as apprise writes it: mailto://user:password@host?to=you@host, tgram://…, slack://…, ntfy://…, json://host/path (a webhook). Never shown again.
             */
            url?: string | null;
        };
        /** ChannelOut */
        ChannelOut: {
            /** Channel Id */
            channel_id: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Enabled */
            enabled: boolean;
            /** Failing Since */
            failing_since: string | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "service" | "mqtt" | "dashboard";
            /** Last Sent At */
            last_sent_at: string | null;
            /**
             * Length
             * @enum {string}
             */
            length: "short" | "long";
            /** Name */
            name: string;
            /** Problem */
            problem: string | null;
            /**
             * Shown
             * @description where it leads, without anything secret
             */
            shown: string;
            /** Topic */
            topic: string | null;
        };
        /** ChartOut */
        ChartOut: {
            /** Device Id */
            device_id: string;
            /**
             * From
             * Format: date-time
             */
            from: string;
            /**
             * Left Out
             * @description What else the device reports: at most 20 metrics are told at once. Ask for them with `metrics`.
             */
            left_out: string[];
            /** Series */
            series: components["schemas"]["SeriesOut"][];
            /**
             * Source
             * @description What the older part was read from.
             * @enum {string}
             */
            source: "readings" | "rollups_5m" | "rollups_1h";
            /**
             * To
             * Format: date-time
             */
            to: string;
        };
        /** Claim */
        Claim: {
            /** Claim Token */
            claim_token: string;
            /** Device Name */
            device_name?: string | null;
            /** Device Type */
            device_type?: string | null;
            /** Expected Device Identity */
            expected_device_identity?: string | null;
            /** Os Details */
            os_details?: string | null;
        } & {
            [key: string]: unknown;
        };
        /** Claimed */
        Claimed: {
            /** Api Key */
            api_key: string;
            /** Device Id */
            device_id: string;
            /** Epoch Id */
            epoch_id: string;
            /** Message */
            message: string;
            /** Site Id */
            site_id: string;
        };
        /**
         * Coming
         * @description So many seconds from the moment of asking on: for what is dated ahead, as a warranty.
         */
        Coming: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "coming";
            /** Length S */
            length_s: number;
        };
        /** CommandNew */
        CommandNew: {
            /**
             * Command Type
             * @description ping, health_check, request_permission, restart, restart_pos_app, run_command, run_script, shutdown, status_request, update_config or update_pos_payment_config
             */
            command_type: string;
            /** Payload */
            payload?: {
                [key: string]: unknown;
            } | null;
        };
        /** CommandOut */
        CommandOut: {
            /** Command Id */
            command_id: string;
            /** Command Type */
            command_type: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Executed At
             * @description by the device's own clock
             */
            executed_at: string | null;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Finished At */
            finished_at: string | null;
            /** Issued By */
            issued_by: string;
            /** Payload */
            payload: {
                [key: string]: unknown;
            } | null;
            /** Result */
            result: unknown;
            /** Sent At */
            sent_at: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "sent" | "completed" | "failed" | "expired";
        };
        /** CommandPageOut */
        CommandPageOut: {
            /** Items */
            items: components["schemas"]["CommandOut"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** CommandReport */
        CommandReport: {
            /** Executed At */
            executed_at?: string | null;
            /** Result */
            result?: unknown;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "sent" | "completed" | "failed" | "expired";
        } & {
            [key: string]: unknown;
        };
        /**
         * Compare
         * @enum {string}
         */
        Compare: ">" | ">=" | "<" | "<=" | "=" | "!=" | "between" | "within" | "known" | "unknown";
        /**
         * Condition
         * @description Only devices of which this holds: a measure of each, compared.
         */
        Condition: {
            compare: components["schemas"]["Compare"];
            /** High */
            high?: number | null;
            /** Measure */
            measure: components["schemas"]["OfMetric"] | components["schemas"]["OfRecords"] | components["schemas"]["OfLink"] | components["schemas"]["OfHealth"] | components["schemas"]["OfAttribute"] | components["schemas"]["OfCost"] | components["schemas"]["OfForecast"];
            /** Value */
            value?: number | boolean | string | null;
            /** Window */
            window?: (components["schemas"]["Rolling"] | components["schemas"]["Coming"] | components["schemas"]["Calendar"] | components["schemas"]["Dates"] | components["schemas"]["Moments"]) | null;
            /** Within */
            within?: (components["schemas"]["Rolling"] | components["schemas"]["Coming"] | components["schemas"]["Calendar"] | components["schemas"]["Dates"] | components["schemas"]["Moments"]) | null;
        };
        /** ConditionOut */
        ConditionOut: {
            /**
             * As Of
             * Format: date-time
             */
            as_of: string;
            /** Parts */
            parts: components["schemas"]["PartOut"][];
            /**
             * Programs
             * @description of this installation on this machine
             */
            programs: components["schemas"]["ProgramOut"][];
            /**
             * State
             * @description of the worst part that is known
             * @enum {string}
             */
            state: "ok" | "warning" | "critical" | "unknown";
        };
        /** ConfigChange */
        ConfigChange: {
            /** Action */
            action: string;
            /** Device Id */
            device_id: string;
            /** New Value */
            new_value?: unknown;
            /** Old Value */
            old_value?: unknown;
            /** Parameter Name */
            parameter_name: string;
            /** Performance After */
            performance_after?: unknown;
            /** Performance Before */
            performance_before?: unknown;
            /**
             * Success
             * @default true
             */
            success?: boolean;
            /** Timestamp */
            timestamp?: string | null;
            /**
             * Was Rolled Back
             * @default false
             */
            was_rolled_back?: boolean;
        } & {
            [key: string]: unknown;
        };
        /** ConnectivityNumbers */
        ConnectivityNumbers: {
            /** Offline */
            offline: number;
            /** Online */
            online: number;
            /**
             * Unknown
             * @description not heard from yet
             */
            unknown: number;
        };
        /** ConnectivityOut */
        ConnectivityOut: {
            /** Clock Is Wrong */
            clock_is_wrong: boolean;
            /** Clock Skew S */
            clock_skew_s: number | null;
            /**
             * Connectivity
             * @enum {string}
             */
            connectivity: "unknown" | "online" | "offline";
            /** Device Id */
            device_id: string;
            /**
             * End
             * Format: date-time
             */
            end: string;
            /** Items */
            items: components["schemas"]["ChangeOut"][];
            /** Last Heartbeat At */
            last_heartbeat_at: string | null;
            /** Last Seen At */
            last_seen_at: string | null;
            /** Server Gaps */
            server_gaps: components["schemas"]["GapOut"][];
            /** Silence S */
            silence_s: number;
            /** Silent After */
            silent_after: string | null;
            /**
             * Start
             * Format: date-time
             */
            start: string;
            uptime: components["schemas"]["UptimeOut"];
        };
        /**
         * Correction
         * @description What is left out stays as it is.
         */
        Correction: {
            /**
             * Resolution
             * @default
             */
            resolution?: string;
            /** Worked */
            worked?: boolean | null;
        };
        /**
         * CourseOut
         * @description A metric of a device: how it was when it was first told, at worst, and now.
         *
         *     Figures are in `unit`, as people say them: a part of 1 is in percent.
         */
        CourseOut: {
            /** Device Id */
            device_id: string;
            /** Device Name */
            device_name: string;
            /** Ended At */
            ended_at: string | null;
            /** High */
            high: number | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "step" | "ramp" | "drift" | "frozen" | "limit" | "silent" | "unmeasured" | "joint" | "surprise";
            /**
             * Label
             * @description what people call it
             */
            label: string;
            /** Low */
            low: number | null;
            /** Metric */
            metric: string;
            /**
             * Now
             * @description the newest reading
             */
            now: number | null;
            /** Now At */
            now_at: string | null;
            /**
             * Same Since
             * @description of a sensor that stands still
             */
            same_since: string | null;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Then
             * @description at `since`
             */
            then: number;
            /** Unit */
            unit: string;
            /**
             * Usual
             * @description at `since`, expected from `low` to `high`
             */
            usual: number | null;
            /**
             * Usually Moves
             * @description of such a sensor, within an hour
             */
            usually_moves: number | null;
            /**
             * Worst
             * @description furthest off while it went on
             */
            worst: number | null;
            /** Worst At */
            worst_at: string | null;
        };
        /** CoverageOut */
        CoverageOut: {
            /**
             * Learning
             * @description of them: with too little history to foresee anything
             */
            learning: number;
            /**
             * Looked
             * @description devices that were looked at
             */
            looked: number;
            /**
             * Looked At
             * @description the newest look; null before the first one
             */
            looked_at: string | null;
            /**
             * Without Limits
             * @description of them: with no metric that has a limit
             */
            without_limits: number;
        };
        /**
         * Dates
         * @description From a day (and time of it) to another by the site's own clock; open to one side: as long
         *     as there is anything, or up to the moment of asking. An end without a time is that whole day.
         */
        Dates: {
            /** First */
            first?: string | null;
            /** First Time */
            first_time?: string | null;
            hours?: components["schemas"]["homepot__ai__query__when__Hours"] | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "dates";
            /** Last */
            last?: string | null;
            /** Last Time */
            last_time?: string | null;
        };
        /** DecidedOut */
        DecidedOut: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Outcome */
            outcome: string;
            /** What */
            what: string;
        };
        /** DecisionOut */
        DecisionOut: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Incident Id */
            incident_id: string;
            /** Outcome */
            outcome: string;
            /** What */
            what: string;
        };
        /** DeliveryOut */
        DeliveryOut: {
            /** Attempts */
            attempts: number;
            /** Channel Id */
            channel_id: string;
            /** Channel Name */
            channel_name: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Delivery Id */
            delivery_id: string;
            /**
             * Due At
             * Format: date-time
             */
            due_at: string;
            /** Ended At */
            ended_at: string | null;
            /** Incident Ids */
            incident_ids: string[];
            /**
             * Kind
             * @enum {string}
             */
            kind: "alert" | "digest" | "test" | "report";
            /** Log */
            log: components["schemas"]["Attempt"][];
            /** Problem */
            problem: string | null;
            /**
             * State
             * @enum {string}
             */
            state: "waiting" | "sending" | "sent" | "failed" | "dropped";
            /**
             * Title
             * @description none before it was first tried
             */
            title: string | null;
        };
        /** DeliveryPageOut */
        DeliveryPageOut: {
            /** Items */
            items: components["schemas"]["DeliveryOut"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * DeviceChange
         * @description A field that is absent is left as it is; null clears what may be empty.
         */
        DeviceChange: {
            /** Firmware */
            firmware?: string | null;
            /** Installed On */
            installed_on?: string | null;
            /** Location */
            location?: string | null;
            /**
             * Name
             * @default
             */
            name?: string;
            /** Serial */
            serial?: string | null;
            /**
             * Tags
             * @default []
             */
            tags?: string[];
            /**
             * Type
             * @default
             */
            type?: string;
            /**
             * Version
             * @description the version you changed; 409 if somebody was quicker
             */
            version?: number | null;
            /** Warranty Until */
            warranty_until?: string | null;
        };
        /**
         * DeviceDetail
         * @description A device with all that is known of it.
         */
        DeviceDetail: {
            /** Archived At */
            archived_at: string | null;
            /**
             * Clock Skew S
             * @description how far the device's clock is ahead of ours
             */
            clock_skew_s: number | null;
            /** Clock Wrong Since */
            clock_wrong_since: string | null;
            /**
             * Connectivity
             * @enum {string}
             */
            connectivity: "unknown" | "online" | "offline";
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Device Id */
            device_id: string;
            /** Firmware */
            firmware: string | null;
            /**
             * Health
             * @enum {string}
             */
            health: "healthy" | "warning" | "critical" | "maintenance" | "unknown";
            /** Health Reason */
            health_reason: string | null;
            /** Installed On */
            installed_on: string | null;
            /** Last Heartbeat At */
            last_heartbeat_at: string | null;
            /** Last Seen At */
            last_seen_at: string | null;
            lifecycle: components["schemas"]["Lifecycle"];
            /** Local Ip */
            local_ip: string | null;
            /** Location */
            location: string | null;
            /** Mac Address */
            mac_address: string | null;
            /** Name */
            name: string;
            /** Os Details */
            os_details: string | null;
            /** Peripherals */
            peripherals: unknown;
            /**
             * Provenance
             * @enum {string}
             */
            provenance: "real" | "imported" | "simulated";
            /** Serial */
            serial: string | null;
            /** Silent After */
            silent_after: string | null;
            /** Site Id */
            site_id: string;
            /** Site Name */
            site_name: string;
            /** Site Timezone */
            site_timezone: string;
            /** Tags */
            tags: string[];
            /** Type */
            type: string;
            /** Version */
            version: number;
            /** Wan Ip */
            wan_ip: string | null;
            /** Warranty Until */
            warranty_until: string | null;
        };
        /** DeviceDna */
        DeviceDna: {
            /** Device Id */
            device_id: string;
            /** Device Name */
            device_name?: string | null;
            /** Device Source */
            device_source?: ("physical" | "emulator" | "simulation") | null;
            /** Device Token */
            device_token?: string | null;
            /** Device Type */
            device_type?: string | null;
            /** Firmware Version */
            firmware_version?: string | null;
            /** Local Ip */
            local_ip?: string | null;
            /** Mac Address */
            mac_address?: string | null;
            /** Os Details */
            os_details?: string | null;
            /** Peripherals */
            peripherals?: unknown;
            /** Site Id */
            site_id?: string | null;
            /** Wan Ip */
            wan_ip?: string | null;
        } & {
            [key: string]: unknown;
        };
        /**
         * DeviceNew
         * @description A device to come. Its provenance is fixed from here on.
         */
        DeviceNew: {
            /** Device Id */
            device_id?: string | null;
            /** Firmware */
            firmware?: string | null;
            /** Installed On */
            installed_on?: string | null;
            /** Location */
            location?: string | null;
            /** Name */
            name: string;
            /**
             * Provenance
             * @default real
             * @enum {string}
             */
            provenance?: "real" | "imported" | "simulated";
            /** Serial */
            serial?: string | null;
            /** Site Id */
            site_id: string;
            /**
             * Tags
             * @default []
             */
            tags?: string[];
            /** Type */
            type: string;
            /** Warranty Until */
            warranty_until?: string | null;
        };
        /**
         * DeviceOut
         * @description A device as lists show it.
         */
        DeviceOut: {
            /** Archived At */
            archived_at: string | null;
            /**
             * Connectivity
             * @enum {string}
             */
            connectivity: "unknown" | "online" | "offline";
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Device Id */
            device_id: string;
            /** Firmware */
            firmware: string | null;
            /**
             * Health
             * @enum {string}
             */
            health: "healthy" | "warning" | "critical" | "maintenance" | "unknown";
            /** Installed On */
            installed_on: string | null;
            /** Last Seen At */
            last_seen_at: string | null;
            lifecycle: components["schemas"]["Lifecycle"];
            /** Location */
            location: string | null;
            /** Name */
            name: string;
            /** Os Details */
            os_details: string | null;
            /**
             * Provenance
             * @enum {string}
             */
            provenance: "real" | "imported" | "simulated";
            /** Serial */
            serial: string | null;
            /** Silent After */
            silent_after: string | null;
            /** Site Id */
            site_id: string;
            /** Site Name */
            site_name: string;
            /** Tags */
            tags: string[];
            /** Type */
            type: string;
            /** Version */
            version: number;
            /** Warranty Until */
            warranty_until: string | null;
        };
        /** DevicePage */
        DevicePage: {
            /** Items */
            items: components["schemas"]["DeviceOut"][];
            /** Next Cursor */
            next_cursor: string | null;
            /** Total */
            total: number;
        };
        /**
         * DeviceReachedOut
         * @description A device that is beyond a limit now: that is no forecast any more.
         */
        DeviceReachedOut: {
            /** Device Id */
            device_id: string;
            /** Device Name */
            device_name: string;
            /** Limits */
            limits: components["schemas"]["ReachedOut"][];
            /** Site Id */
            site_id: string;
            /** Site Name */
            site_name: string;
        };
        /** DeviceStatus */
        DeviceStatus: {
            /**
             * Connectivity State
             * @enum {string}
             */
            connectivity_state: "unknown" | "online" | "offline";
            /** Device Id */
            device_id: string;
            /**
             * Health State
             * @enum {string}
             */
            health_state: "healthy" | "warning" | "critical" | "maintenance" | "unknown";
            /** Last Heartbeat At */
            last_heartbeat_at: string | null;
            lifecycle_state: components["schemas"]["Lifecycle"];
        };
        /**
         * DeviceThresholds
         * @description What holds for one device alone, in place of all that was said of it before.
         */
        DeviceThresholds: {
            health?: components["schemas"]["HealthThresholds"] | null;
            /**
             * Limits
             * @default {}
             */
            limits?: {
                [key: string]: components["schemas"]["LimitsOf"];
            };
        };
        /**
         * DeviceThresholdsOut
         * @description What holds for a device, where it was said, and what was said of the device itself.
         */
        DeviceThresholdsOut: {
            /** Device Id */
            device_id: string;
            /** Device Type */
            device_type: string;
            health: components["schemas"]["HealthThresholds"];
            /** Limits */
            limits: components["schemas"]["LimitOut"][];
            said: components["schemas"]["DeviceThresholds"];
            /**
             * Source
             * @enum {string}
             */
            source: "shipped" | "type" | "device";
        };
        /** DeviceTypeList */
        DeviceTypeList: {
            /** Items */
            items: components["schemas"]["DeviceTypeOut"][];
            /** Total */
            total: number;
        };
        /** DeviceTypeOut */
        DeviceTypeOut: {
            /** Label */
            label: string;
            /** Metrics */
            metrics: components["schemas"]["TypeMetricOut"][];
            /** Name */
            name: string;
            own: components["schemas"]["OwnWords"];
            /** Shipped */
            shipped: boolean;
        };
        /**
         * Direction
         * @enum {string}
         */
        Direction: "up_is_bad" | "down_is_bad" | "both" | "none";
        /** DnaKept */
        DnaKept: {
            /** Created */
            created: boolean;
            /** Device Id */
            device_id: string;
            lifecycle_state: components["schemas"]["Lifecycle"];
            /** Local Ip */
            local_ip: string | null;
            /** Mac Address */
            mac_address: string | null;
            /** Os Details */
            os_details: string | null;
            /** Peripherals */
            peripherals: unknown;
            /** Site Id */
            site_id: string;
            /** Wan Ip */
            wan_ip: string | null;
        };
        /**
         * DurationUnit
         * @enum {string}
         */
        DurationUnit: "seconds" | "minutes" | "hours" | "days";
        /** EntryPage */
        EntryPage: {
            /** Items */
            items: components["schemas"]["EntryView"][];
            /** Next Before */
            next_before: number | null;
        };
        /** EntryView */
        EntryView: {
            /** Action */
            action: string;
            actor: components["schemas"]["ActorView"];
            /** Address */
            address: string | null;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /** Hash */
            hash: string;
            /** Number */
            number: number;
            /** Object */
            object: string;
            /** Request Id */
            request_id: string | null;
        };
        /** EventKept */
        EventKept: {
            /** Device Id */
            device_id: string;
            /**
             * Duplicate
             * @description it had been stored before
             */
            duplicate: boolean;
            /**
             * Timestamp
             * Format: date-time
             */
            timestamp: string;
        };
        /** EventOut */
        EventOut: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Category */
            category: string;
            /** Description */
            description: string | null;
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /**
             * Kind
             * @enum {string}
             */
            kind: "log" | "audit" | "alert" | "notice";
            /**
             * Received At
             * Format: date-time
             */
            received_at: string;
            /**
             * Severity
             * @enum {string}
             */
            severity: "info" | "warning" | "critical";
            /** Severity Given */
            severity_given: string | null;
            /** Title */
            title: string;
        };
        /** EventPageOut */
        EventPageOut: {
            /** Items */
            items: components["schemas"]["EventOut"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** EvidenceOut */
        EvidenceOut: {
            /** Count */
            count?: number | null;
            /** End */
            end?: string | null;
            /** Kind */
            kind: string;
            /** Link */
            link?: string | null;
            /** Start */
            start?: string | null;
            /** What */
            what: string;
        };
        /** FactorOut */
        FactorOut: {
            /**
             * Evidence
             * @description how bad it is, from 0 to 1
             */
            evidence: number;
            /**
             * Lost
             * @description what it takes away
             */
            lost: number;
            /**
             * Name
             * @enum {string}
             */
            name: "deviation" | "limits" | "trend" | "connectivity" | "incidents";
            /** Reason */
            reason: string;
            /**
             * Weight
             * @description the most it can take away
             */
            weight: number;
        };
        /**
         * FailingOut
         * @description A device and how probable it is that it fails, by its own days and how past failures of its
         *     type came on.
         */
        FailingOut: {
            /** Basis Words */
            basis_words: string;
            /**
             * Chance
             * @description that it fails within the days asked for
             */
            chance: number;
            /** Chance 14D */
            chance_14d: number;
            /** Chance 30D */
            chance_30d: number;
            /** Chance 7D */
            chance_7d: number;
            /** Device Id */
            device_id: string;
            /** Device Name */
            device_name: string;
            /** Device Type */
            device_type: string;
            /**
             * Error
             * @description how far such chances were from what came true on devices left out, on average
             */
            error: number;
            /**
             * Failures
             * @description of its type, that the chances were learnt from
             */
            failures: number;
            /** First Predicted At */
            first_predicted_at: string | null;
            /**
             * Prediction Id
             * @description as which it is told and planned for; null where it is less likely than not
             */
            prediction_id: string | null;
            /**
             * Provenance
             * @enum {string}
             */
            provenance: "real" | "imported" | "simulated";
            /**
             * Reasons
             * @description what speaks most for it, the strongest first
             */
            reasons: string[];
            /** Site Id */
            site_id: string;
            /** Site Name */
            site_name: string;
        };
        /**
         * FailureOut
         * @description How probable it is that the device fails within so many days, by how past failures of its
         *     type came on. Null, with the reason in `words`, where they do not tell.
         */
        FailureOut: {
            /**
             * Basis
             * @description trees: the device's own days; rate: how often devices of the type fail, where their days tell no more; unsure: chances were too far off to be told; few: too few failures; null: not learnt yet
             */
            basis: ("trees" | "rate" | "unsure" | "few") | null;
            /** Chance 14D */
            chance_14d: number | null;
            /** Chance 30D */
            chance_30d: number | null;
            /** Chance 7D */
            chance_7d: number | null;
            /** Error 14D */
            error_14d: number | null;
            /** Error 30D */
            error_30d: number | null;
            /**
             * Error 7D
             * @description how far such chances were from what came true, on devices left out
             */
            error_7d: number | null;
            /**
             * Failures
             * @description of the type, within a year
             */
            failures: number | null;
            /** Failures Needed */
            failures_needed: number | null;
            /** @description that it is likely to fail, or what came of that in the last 14 days */
            forewarning: components["schemas"]["ForewarningOut"] | null;
            /** Learnt At */
            learnt_at: string | null;
            /**
             * Reasons
             * @description what speaks most for it, the strongest first
             */
            reasons: string[];
            /** Words */
            words: string;
        };
        /**
         * FeedbackIn
         * @description Whether the answer was right, and how it should have been.
         */
        FeedbackIn: {
            /** Correction */
            correction?: string | null;
            /** Rating */
            rating?: ("up" | "down") | null;
        };
        /** FigureOut */
        FigureOut: {
            /**
             * At
             * @description since when, or when it was, where that is not now
             */
            at: string | null;
            /** Name */
            name: string;
            /**
             * Unit
             * @enum {string}
             */
            unit: "bytes" | "ms" | "s" | "per_s" | "count" | "share";
            /**
             * Value
             * @description null: not measured, or it is the age of `at`
             */
            value: number | null;
        };
        /**
         * ForeseenOut
         * @description One limit that a device will reach, with whose it is.
         */
        ForeseenOut: {
            /**
             * Chance
             * @description that it is reached within the days asked for
             */
            chance: number;
            /** Chance 14D */
            chance_14d: number;
            /** Chance 30D */
            chance_30d: number;
            /** Chance 7D */
            chance_7d: number;
            /**
             * Confidence
             * @description how probable it is that the limit is reached within the forecast period, if nobody does anything before
             */
            confidence: number;
            /**
             * Crosses At
             * Format: date-time
             */
            crosses_at: string;
            /** Device Id */
            device_id: string;
            /** Device Name */
            device_name: string;
            /** Device Type */
            device_type: string;
            /**
             * First Predicted At
             * Format: date-time
             */
            first_predicted_at: string;
            /**
             * Level
             * @description now, without the usual course of a day and a week
             */
            level: number;
            /** Limit */
            limit: number;
            /**
             * Lower
             * Format: date-time
             */
            lower: string;
            /** Metric */
            metric: string;
            /** Prediction */
            prediction: string;
            /** Prediction Id */
            prediction_id: string;
            /**
             * Provenance
             * @enum {string}
             */
            provenance: "real" | "imported" | "simulated";
            /** Rate Per Day */
            rate_per_day: number;
            /** Reasoning */
            reasoning: string;
            /** Recommended Action */
            recommended_action: string;
            /**
             * Severity
             * @enum {string}
             */
            severity: "warning" | "critical";
            /**
             * Since
             * Format: date-time
             * @description when the wear began
             */
            since: string;
            /** Site Id */
            site_id: string;
            /** Site Name */
            site_name: string;
            /** Unit */
            unit: string;
            /**
             * Upper
             * Format: date-time
             */
            upper: string;
        };
        /**
         * ForewarnedOut
         * @description A device that was told to be likely to fail, and what came of that.
         */
        ForewarnedOut: {
            /** Device Id */
            device_id: string;
            /** Device Name */
            device_name: string;
            /**
             * Ended At
             * Format: date-time
             */
            ended_at: string;
            /**
             * First At
             * Format: date-time
             */
            first_at: string;
            /** Prediction Id */
            prediction_id: string;
            /** Site Id */
            site_id: string;
            /** Site Name */
            site_name: string;
            /**
             * State
             * @enum {string}
             */
            state: "failed" | "gone";
            /** Why */
            why: string;
        };
        /**
         * ForewarningOut
         * @description That a device is likely to fail: since when it is told, and what came of it.
         */
        ForewarningOut: {
            /** Ended At */
            ended_at: string | null;
            /** Ended Why */
            ended_why: string | null;
            /**
             * First At
             * Format: date-time
             */
            first_at: string;
            /**
             * Metric
             * @description of what speaks most for it; null: the whole device
             */
            metric: string | null;
            /** Prediction Id */
            prediction_id: string;
            /**
             * Recommended Action
             * @description null where it is over
             */
            recommended_action: string | null;
            /**
             * Severity
             * @enum {string}
             */
            severity: "warning" | "critical";
            /**
             * State
             * @description open: it is likely to fail; failed: it did; gone: withdrawn, `ended_why` says why
             * @enum {string}
             */
            state: "open" | "failed" | "gone";
            /** Words */
            words: string;
        };
        /**
         * GapOut
         * @description A time in which the server itself was away.
         */
        GapOut: {
            /**
             * From At
             * Format: date-time
             */
            from_at: string;
            /**
             * To At
             * Format: date-time
             */
            to_at: string;
        };
        /** Granted */
        Granted: {
            /**
             * Command Execution
             * @description run_command, run_script, health_check, restart_pos_app
             */
            command_execution: boolean;
            /**
             * Contact
             * @description ping, status_request and request_permission
             */
            contact: boolean;
            /**
             * Filesystem Access
             * @description update_config, update_pos_payment_config
             */
            filesystem_access: boolean;
            /** Network Monitoring */
            network_monitoring: boolean;
            /** Process Monitoring */
            process_monitoring: boolean;
            /**
             * Root Access
             * @description restart, shutdown, and anything run as root
             */
            root_access: boolean;
        };
        /**
         * Grants
         * @description What is not named stays as it is.
         */
        Grants: {
            /** Command Execution */
            command_execution?: boolean | null;
            /** Contact */
            contact?: boolean | null;
            /** Filesystem Access */
            filesystem_access?: boolean | null;
            /** Network Monitoring */
            network_monitoring?: boolean | null;
            /** Process Monitoring */
            process_monitoring?: boolean | null;
            /** Root Access */
            root_access?: boolean | null;
        };
        /** Health */
        Health: {
            /**
             * Status
             * @enum {string}
             */
            status: "live" | "ready";
        };
        /** HealthNumbers */
        HealthNumbers: {
            /** Critical */
            critical: number;
            /** Healthy */
            healthy: number;
            /** Maintenance */
            maintenance: number;
            /**
             * Unknown
             * @description too little is known yet to judge
             */
            unknown: number;
            /** Warning */
            warning: number;
        };
        /**
         * HealthOut
         * @description A device's health. `score` is null, and `status` unknown, until there is evidence.
         */
        HealthOut: {
            /** Device Id */
            device_id: string;
            /** Factors */
            factors: components["schemas"]["FactorOut"][];
            /**
             * Health
             * @enum {string}
             */
            health: "healthy" | "warning" | "critical" | "maintenance" | "unknown";
            /** History */
            history: components["schemas"]["PastHealth"][];
            learning: components["schemas"]["LearningOut"];
            /** Reason */
            reason: string | null;
            /** Score */
            score: number | null;
            /** Since */
            since: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "healthy" | "warning" | "critical" | "unknown";
            thresholds: components["schemas"]["ThresholdsOut"];
        };
        /**
         * HealthThresholds
         * @description From `healthy` on a device is healthy; below `warning` it is critical.
         */
        HealthThresholds: {
            /** Healthy */
            healthy: number;
            /** Warning */
            warning: number;
        };
        /** Heartbeat */
        Heartbeat: {
            /** Device Id */
            device_id: string;
            /** Site Id */
            site_id?: string | null;
            /** Status */
            status?: string | null;
            /** Timestamp */
            timestamp?: string | null;
        } & {
            [key: string]: unknown;
        };
        /** HeartbeatKept */
        HeartbeatKept: {
            /** Device Id */
            device_id: string;
            /**
             * Last Heartbeat At
             * Format: date-time
             */
            last_heartbeat_at: string;
        };
        /** HistoryOut */
        HistoryOut: {
            /** Hours */
            hours: number;
            /** Is Enough */
            is_enough: boolean;
            /** Needed Hours */
            needed_hours: number | null;
            /** Words */
            words: string;
        };
        /**
         * Hours
         * @description A weekly span on the site's own clock; an end before the start is the next day.
         */
        "Hours-Output": {
            /** End */
            end: string;
            /** Start */
            start: string;
            /**
             * Weekday
             * @description 0 = Monday
             */
            weekday: number;
        };
        /** IncidentOut */
        IncidentOut: {
            /**
             * Back Since
             * @description since when all of it is as usual again, or its device is heard again, while it waits for that to last; null where it goes on or is over
             */
            back_since: string | null;
            /**
             * Category
             * @enum {string}
             */
            category: "temperature" | "connectivity" | "power" | "storage" | "software" | "hardware" | "mechanical" | "sensor" | "security";
            /**
             * Changed At
             * Format: date-time
             */
            changed_at: string;
            /** Description */
            description: string;
            /**
             * Device Id
             * @description null where it is the whole site's
             */
            device_id: string | null;
            /** Device Name */
            device_name: string | null;
            /** Ended At */
            ended_at: string | null;
            /** Given Id */
            given_id: string | null;
            /** Incident Id */
            incident_id: string;
            /**
             * Into Id
             * @description the incident that this one is a part of
             */
            into_id: string | null;
            /**
             * Opened At
             * Format: date-time
             */
            opened_at: string;
            /**
             * Provenance
             * @enum {string}
             */
            provenance: "detected" | "imported";
            /**
             * Reopened
             * @description how often it returned
             */
            reopened: number;
            /** Resolution */
            resolution: string | null;
            /**
             * Severity
             * @enum {string}
             */
            severity: "info" | "warning" | "critical";
            /** Site Id */
            site_id: string;
            /** Site Name */
            site_name: string;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /**
             * State
             * @enum {string}
             */
            state: "open" | "confirmed" | "resolved" | "normal" | "closed" | "merged";
            /**
             * Timezone
             * @description of its site: words tell moments by that clock
             */
            timezone: string;
            /** Title */
            title: string;
            /**
             * Worked
             * @description whether what was done helped, as far as it was said
             */
            worked: boolean | null;
        };
        /** IncidentPageOut */
        IncidentPageOut: {
            /** Items */
            items: components["schemas"]["IncidentOut"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * InsightAction
         * @description What somebody did, and what came of it.
         */
        InsightAction: {
            /** Action Id */
            action_id: string;
            /** Category */
            category: string | null;
            /** Caveat */
            caveat: string;
            /** Device Ids */
            device_ids: string[];
            /** Effect */
            effect: components["schemas"]["InsightMeasure"][];
            /** Hours Prevented */
            hours_prevented: number | null;
            /**
             * Incidents Prevented
             * @description null where that may be chance
             */
            incidents_prevented: number | null;
            /** Kind */
            kind: string;
            /** Metric */
            metric: string | null;
            /** Note */
            note: string | null;
            /**
             * Recommendation
             * @description as it was when it was taken
             */
            recommendation: string;
            /** Recommendation Id */
            recommendation_id: string;
            /**
             * Taken At
             * Format: date-time
             */
            taken_at: string;
            /** Taken By */
            taken_by: string;
        };
        /** InsightActions */
        InsightActions: {
            /** Items */
            items: components["schemas"]["InsightAction"][];
        };
        /**
         * InsightCause
         * @description So many of those with it had trouble, against so many others of the same types.
         */
        InsightCause: {
            /**
             * Category
             * @description null: any kind of incident
             */
            category: string | null;
            /** Device Ids */
            device_ids: string[];
            /** Of */
            of: number;
            /** Of Others */
            of_others: number;
            /** Others Struck */
            others_struck: number;
            /** P */
            p: number;
            /** Struck */
            struck: number;
            /**
             * Trait
             * @enum {string}
             */
            trait: "firmware" | "location";
            /** Value */
            value: string;
        };
        /**
         * InsightCosts
         * @description Null where it cannot be told; `why` of the answer has the reason.
         */
        InsightCosts: {
            /** Budget High */
            budget_high: number | null;
            /** Budget Low */
            budget_low: number | null;
            /** Currency */
            currency: string | null;
            /** Current Month Downtime Cost */
            current_month_downtime_cost: string | null;
            /** Downtime Amount */
            downtime_amount: number | null;
            /** Month Offline Hours */
            month_offline_hours: number | null;
            /**
             * Month Start
             * Format: date-time
             */
            month_start: string;
            /** Prevented Amount */
            prevented_amount: number | null;
            /** Prevented Issues Value */
            prevented_issues_value: string | null;
            /** Recommended Maintenance Budget */
            recommended_maintenance_budget: string | null;
        };
        /** InsightHour */
        InsightHour: {
            /**
             * Hour
             * @description on the site's clock
             */
            hour: number;
            /** Of */
            of: number;
            /** P */
            p: number;
            /** Times */
            times: number;
        };
        /**
         * InsightMeasure
         * @description `low` to `high` is where the change lies at 90 of 100: of counts as a factor, of levels as a
         *     difference a day.
         */
        InsightMeasure: {
            /** After */
            after: number | null;
            /**
             * Before
             * @description by day
             */
            before: number | null;
            /** High */
            high: number | null;
            /** Low */
            low: number | null;
            /** Unit */
            unit: string;
            /**
             * Verdict
             * @enum {string}
             */
            verdict: "too_early" | "too_little_before" | "nothing_to_compare" | "less" | "more" | "unclear";
            /** What */
            what: string;
            /** Words */
            words: string;
        };
        /** InsightOftener */
        InsightOftener: {
            /** Anomalies First Half */
            anomalies_first_half: number;
            /** Anomalies Second Half */
            anomalies_second_half: number;
            /** Device Id */
            device_id: string;
            /** P */
            p: number;
        };
        /** InsightRecommendation */
        InsightRecommendation: {
            /** Category */
            category: string | null;
            /** Device Ids */
            device_ids: string[];
            /**
             * Estimated Cost
             * @description visits, and up to a part for each device
             */
            estimated_cost: string | null;
            /** Evidence */
            evidence: {
                [key: string]: unknown;
            };
            /** Kind */
            kind: string;
            /** Metric */
            metric: string | null;
            /** Recommendation Id */
            recommendation_id: string;
            /**
             * Taken
             * @description somebody marked it as done in this window
             */
            taken: boolean;
            /** Text */
            text: string;
        };
        /** InsightRecurring */
        InsightRecurring: {
            /** Category */
            category: string;
            /** Device Id */
            device_id: string;
            /** Incident Ids */
            incident_ids: string[];
            /**
             * Last At
             * Format: date-time
             */
            last_at: string;
            /** Times */
            times: number;
        };
        /** InsightTrend */
        InsightTrend: {
            /** Days */
            days: number;
            /** Device Id */
            device_id: string;
            /** First Week */
            first_week: number;
            /** Last Week */
            last_week: number;
            /** Metric */
            metric: string;
            /** P */
            p: number;
            /** Per Day */
            per_day: number;
            /** Unit */
            unit: string;
            /**
             * Way
             * @enum {string}
             */
            way: "worse" | "better" | "none";
        };
        /** InsightUptime */
        InsightUptime: {
            /** Devices Watched */
            devices_watched: number;
            /** Offline S */
            offline_s: number;
            /** Online S */
            online_s: number;
            /** Outages */
            outages: number;
            /** Percentage */
            percentage: number | null;
            /** Unknown S */
            unknown_s: number;
        };
        /** InsightWarranty */
        InsightWarranty: {
            /** Device Id */
            device_id: string;
            /** Device Name */
            device_name: string;
            /**
             * Warranty Until
             * Format: date
             */
            warranty_until: string;
        };
        /**
         * InsightsOut
         * @description What is null has its reason in `why`.
         */
        InsightsOut: {
            /**
             * End
             * Format: date-time
             */
            end: string;
            /**
             * Generated At
             * Format: date-time
             */
            generated_at: string;
            insights: components["schemas"]["SiteInsights"];
            mode: components["schemas"]["ModeName"];
            /** Site Id */
            site_id: string;
            /** Site Name */
            site_name: string;
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /** Why */
            why: {
                [key: string]: string;
            };
        };
        /** IntentList */
        IntentList: {
            /** Items */
            items: components["schemas"]["IntentOut"][];
            /** Total */
            total: number;
        };
        /**
         * IntentMade
         * @description The claim token is shown this once and kept nowhere.
         */
        IntentMade: {
            /** Claim Token */
            claim_token: string;
            /** Claimed At */
            claimed_at: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /** Device Name */
            device_name: string | null;
            /** Device Type */
            device_type: string | null;
            /** Expected Device Identity */
            expected_device_identity: string | null;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Intent Id */
            intent_id: string;
            /**
             * Provenance
             * @enum {string}
             */
            provenance: "real" | "simulated";
            /** Revoked At */
            revoked_at: string | null;
            /** Site Id */
            site_id: string;
        };
        /**
         * IntentNew
         * @description Name, type and identity are optional; where given, they hold against what the device says.
         */
        IntentNew: {
            /** Device Name */
            device_name?: string | null;
            /** Device Type */
            device_type?: string | null;
            /** Expected Device Identity */
            expected_device_identity?: string | null;
            /**
             * Expires In S
             * @default 86400
             */
            expires_in_s?: number;
            /**
             * Provenance
             * @default real
             * @enum {string}
             */
            provenance?: "real" | "simulated";
            /** Site Id */
            site_id: string;
        };
        /** IntentOut */
        IntentOut: {
            /** Claimed At */
            claimed_at: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /** Device Name */
            device_name: string | null;
            /** Device Type */
            device_type: string | null;
            /** Expected Device Identity */
            expected_device_identity: string | null;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Intent Id */
            intent_id: string;
            /**
             * Provenance
             * @enum {string}
             */
            provenance: "real" | "simulated";
            /** Revoked At */
            revoked_at: string | null;
            /** Site Id */
            site_id: string;
        };
        /** JobKept */
        JobKept: {
            /** Device Id */
            device_id: string;
            /** Job Id */
            job_id: string;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "running" | "completed" | "failed" | "cancelled";
        };
        /** JobList */
        JobList: {
            /** Items */
            items: components["schemas"]["JobOut"][];
        };
        /** JobOut */
        JobOut: {
            /** Action */
            action: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Description */
            description: string | null;
            /** Error Message */
            error_message: string | null;
            /** Job Id */
            job_id: string;
            /** Payload */
            payload: {
                [key: string]: unknown;
            } | null;
            /** Priority */
            priority: string;
            /** Result */
            result: unknown;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "running" | "completed" | "failed" | "cancelled";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /** JobStart */
        JobStart: {
            /** Action */
            action: string;
            /** Description */
            description?: string | null;
            /** Device Id */
            device_id: string;
            /** Payload */
            payload?: {
                [key: string]: unknown;
            } | null;
            /**
             * Priority
             * @default normal
             */
            priority?: string;
        } & {
            [key: string]: unknown;
        };
        /** JobUpdate */
        JobUpdate: {
            /** Device Id */
            device_id: string;
            /** Error Message */
            error_message?: string | null;
            /** Result */
            result?: unknown;
            /** Status */
            status: string;
        } & {
            [key: string]: unknown;
        };
        /**
         * Kind
         * @enum {string}
         */
        "Kind-Input": "gauge" | "counter" | "ratio";
        /** LatestOut */
        LatestOut: {
            /** Cpu Percent */
            cpu_percent: number | null;
            /** Device Id */
            device_id: string;
            /** Disk Percent */
            disk_percent: number | null;
            /** Memory Percent */
            memory_percent: number | null;
            /** Network Latency Ms */
            network_latency_ms: number | null;
            /** Timestamp */
            timestamp: string | null;
            /** Uptime Seconds */
            uptime_seconds: number | null;
        };
        /** LatestReadings */
        LatestReadings: {
            /** Items */
            items: components["schemas"]["NewestOut"][];
        };
        /** LearningOut */
        LearningOut: {
            /** Hours */
            hours: number;
            /** Is Learning */
            is_learning: boolean;
            /** Needed Hours */
            needed_hours: number;
            /** Words */
            words: string;
        };
        /**
         * Lifecycle
         * @enum {string}
         */
        Lifecycle: "pending" | "active" | "suspended" | "unpaired";
        /**
         * LikenessOut
         * @description Past incidents that this one resembles, the best first, and what helped them.
         */
        LikenessOut: {
            /**
             * At
             * Format: date-time
             * @description when it was last looked for
             */
            at: string;
            recommendation: components["schemas"]["Recommended"] | null;
            /**
             * Similar Past Incidents
             * @description none: nothing like it
             */
            similar_past_incidents: components["schemas"]["SimilarIncident"][];
            /** Words */
            words: string;
        };
        /** LimitOut */
        LimitOut: {
            /** Critical Above */
            critical_above: number | null;
            /** Critical Below */
            critical_below: number | null;
            /** Metric */
            metric: string;
            /**
             * Source
             * @enum {string}
             */
            source: "shipped" | "type" | "device";
            /** Unit */
            unit: string;
            /** Warning Above */
            warning_above: number | null;
            /** Warning Below */
            warning_below: number | null;
        };
        /**
         * LimitsOf
         * @description A limit that is null takes the type's away; one that is absent is the type's.
         */
        LimitsOf: {
            /** Critical Above */
            critical_above?: number | null;
            /** Critical Below */
            critical_below?: number | null;
            /** Warning Above */
            warning_above?: number | null;
            /** Warning Below */
            warning_below?: number | null;
        };
        /**
         * Link
         * @enum {string}
         */
        Link: "is_offline" | "is_online" | "seconds_silent" | "last_heard" | "uptime_percent" | "seconds_offline" | "outages" | "longest_outage" | "gaps" | "longest_gap";
        /** LogLine */
        LogLine: {
            /**
             * Category
             * @default device
             */
            category?: string;
            /** Context */
            context?: {
                [key: string]: unknown;
            } | null;
            /** Device Id */
            device_id: string;
            /**
             * Level
             * @default info
             */
            level?: string;
            /** Message */
            message: string;
            /** Timestamp */
            timestamp?: string | null;
        } & {
            [key: string]: unknown;
        };
        /** LoggedOut */
        LoggedOut: {
            /** Answer */
            answer: string;
            /**
             * As Of
             * Format: date-time
             */
            as_of: string;
            /**
             * Asked At
             * Format: date-time
             */
            asked_at: string;
            /** Asked By */
            asked_by: string;
            /** Conversation Id */
            conversation_id: string;
            /** Correction */
            correction: string | null;
            kind: components["schemas"]["homepot__ai__query__answering__result__Kind"];
            mode: components["schemas"]["ModeName"];
            /** Model Used */
            model_used: string | null;
            /** Plan */
            plan: {
                [key: string]: unknown;
            };
            /** Question */
            question: string | null;
            /** Question Id */
            question_id: string;
            /** Rating */
            rating: ("up" | "down") | null;
            /** Response Time Ms */
            response_time_ms: number;
            /** Value */
            value: unknown;
        };
        /** LoggedPage */
        LoggedPage: {
            /** Items */
            items: components["schemas"]["LoggedOut"][];
            /** Next Before */
            next_before: string | null;
        };
        /**
         * MaintenanceWindow
         * @description Work that is announced for every week: silence and odd values are expected then.
         */
        MaintenanceWindow: {
            /** End */
            end: string;
            /** Note */
            note?: string | null;
            /** Start */
            start: string;
            /**
             * Weekday
             * @description 0 = Monday
             */
            weekday: number;
        };
        /** Me */
        Me: {
            /** Csrf Token */
            csrf_token: string | null;
            user: components["schemas"]["MeUser"];
        };
        /** MeUser */
        MeUser: {
            /** Id */
            id: number;
            /** Must Change Password */
            must_change_password: boolean;
            /** Name */
            name: string;
            /** Permissions */
            permissions: components["schemas"]["Permission"][];
            role: components["schemas"]["Role"];
            tenant: components["schemas"]["TenantView"];
            /** Username */
            username: string;
        };
        /** MemberOut */
        MemberOut: {
            /** Device Id */
            device_id: string;
            /** Ended At */
            ended_at: string | null;
            /** Name */
            name: string;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
        };
        /** MemoryOut */
        MemoryOut: {
            /**
             * Api
             * @description resident memory of the API process, Chroma in it
             */
            api: string;
            /**
             * Chromadb
             * @description null: Chroma runs inside the API process and cannot be told from it
             */
            chromadb: string | null;
            /**
             * Ollama
             * @description resident memory of the model server's processes; null where it cannot be seen
             */
            ollama: string | null;
        };
        /**
         * MetricChange
         * @description What to say of a metric; a field that is absent is left as it is.
         */
        MetricChange: {
            direction?: components["schemas"]["Direction"] | null;
            kind?: components["schemas"]["Kind-Input"] | null;
            /** Label */
            label?: string | null;
            /** Range High */
            range_high?: number | null;
            /** Range Low */
            range_low?: number | null;
            /** Unit */
            unit?: string | null;
        };
        /** MetricList */
        MetricList: {
            /** Items */
            items: components["schemas"]["RegisteredOut"][];
            /** Total */
            total: number;
        };
        /**
         * MetricOut
         * @description How one metric deviated. `share` is its part of the whole; `low` to `high` was expected.
         */
        MetricOut: {
            /** High */
            high: number;
            /**
             * Kind
             * @enum {string}
             */
            kind: "step" | "ramp" | "drift" | "frozen" | "limit" | "silent" | "unmeasured" | "joint" | "surprise";
            /** Low */
            low: number;
            /** Name */
            name: string;
            /** P */
            p: number;
            /** Share */
            share: number;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Size */
            size: number;
            /** Unit */
            unit: string;
            /** Usual */
            usual: number;
            /** Value */
            value: number;
        };
        /** ModeChoice */
        ModeChoice: {
            mode: components["schemas"]["ModeName"];
        };
        /**
         * ModeName
         * @enum {string}
         */
        ModeName: "maintenance" | "predictive" | "executive";
        /** ModeOut */
        ModeOut: {
            /** Audience */
            audience: string;
            /** Focus */
            focus: string;
            /** Label */
            label: string;
            name: components["schemas"]["ModeName"];
            /** Output */
            output: string[];
        };
        /** ModelOut */
        ModelOut: {
            /**
             * Gpu Share
             * @description how much of a loaded model lies in the memory of a GPU, from 0 to 1; null: it is not loaded, or its server does not say
             */
            gpu_share: number | null;
            /** Name */
            name: string;
            /**
             * Size
             * @description of its file
             * @example 2.0GB
             */
            size: string;
            /**
             * Status
             * @description ready: on the disk; loaded: in memory as well
             * @enum {string}
             */
            status: "ready" | "loaded";
        };
        /**
         * ModesOut
         * @description Every mode, and the one this user sees things in where a request names none.
         */
        ModesOut: {
            mode: components["schemas"]["ModeName"];
            /** Modes */
            modes: components["schemas"]["ModeOut"][];
        };
        /**
         * Moments
         * @description From one moment to another, for a question that names them with their zone.
         */
        Moments: {
            /**
             * End
             * Format: date-time
             */
            end: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "moments";
            /**
             * Start
             * Format: date-time
             */
            start: string;
        };
        /** MqttOut */
        MqttOut: {
            /**
             * Acknowledged
             * @description messages, after their readings were committed
             */
            acknowledged: number;
            /** Broker */
            broker: string | null;
            /** Client Id */
            client_id: string | null;
            /** Connected Since */
            connected_since: string | null;
            /** Corrected */
            corrected: number;
            /** Last Message At */
            last_message_at: string | null;
            /**
             * Last Refused
             * @description the newest first
             */
            last_refused: components["schemas"]["RefusalOut"][];
            /**
             * Messages
             * @description that came since this process started, repeats too
             */
            messages: number;
            /**
             * Passed Over
             * @description messages with nothing to store in them: signs of life, old retained states that say no time, topics that a map ignores
             */
            passed_over: number;
            /**
             * Problem
             * @description why there is no connection just now
             */
            problem: string | null;
            /** Protocol */
            protocol: string | null;
            /**
             * Reasons
             * @description the most frequent reasons
             */
            reasons: components["schemas"]["homepot__telemetry__mqtt__schemas__ReasonOut"][];
            /**
             * Refused
             * @description messages and readings that could not be taken
             */
            refused: number;
            /** Repeated */
            repeated: number;
            /**
             * State
             * @description off: no broker is set, or it feeds another tenant; away: see problem; standing_by: another process subscribes
             * @enum {string}
             */
            state: "off" | "starting" | "connected" | "away" | "standing_by";
            /**
             * Stored
             * @description readings that are new
             */
            stored: number;
            /** Subscriptions */
            subscriptions: string[];
            /**
             * Subscriptions Refused
             * @description what the broker does not let us read
             */
            subscriptions_refused: string[];
            /**
             * Withheld
             * @description why nothing can be stored just now; the broker keeps the messages
             */
            withheld: string | null;
        };
        /**
         * NarrationOut
         * @description What became of a model's words for this answer.
         */
        NarrationOut: {
            /**
             * Model
             * @description whose words they were
             */
            model: string | null;
            /**
             * Reasons
             * @description why nothing, or nothing more, was shown
             */
            reasons: string[];
            /** @description not_asked: none were wanted; under_way: they follow in the stream; shown; refused: they said what the facts do not say; too_slow; away: no model answers */
            state: components["schemas"]["NarrationState"];
        };
        /**
         * NarrationState
         * @enum {string}
         */
        NarrationState: "not_asked" | "under_way" | "shown" | "refused" | "too_slow" | "away";
        /**
         * NarrationsOut
         * @description What became of a model's words for answers of ours since this process began.
         */
        NarrationsOut: {
            /**
             * Away
             * @description no model answered
             */
            away: number;
            /**
             * Cut Short
             * @description the first sentences were shown, a later one was refused
             */
            cut_short: number;
            /**
             * Refused
             * @description they said what the facts do not say; ours were shown
             */
            refused: number;
            /** Shown */
            shown: number;
            /** Too Slow */
            too_slow: number;
        };
        /** NewToken */
        NewToken: {
            /**
             * Expires In Days
             * @default 90
             */
            expires_in_days?: number;
            /** Name */
            name: string;
            /** Scopes */
            scopes: components["schemas"]["Permission"][];
        };
        /** NewUser */
        NewUser: {
            /** Name */
            name?: string | null;
            role: components["schemas"]["Role"];
            /** Username */
            username: string;
        };
        /** NewestOut */
        NewestOut: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Device Id */
            device_id: string;
            /** Values */
            values: {
                [key: string]: number;
            };
        };
        /**
         * NoAnswer
         * @description Why a question can't be answered.
         * @enum {string}
         */
        NoAnswer: "empty" | "off_topic" | "not_understood" | "unknown_device" | "unknown_site" | "unknown_metric" | "unknown_thing" | "not_reported" | "no_data" | "impossible_time" | "future" | "ambiguous" | "not_allowed" | "language" | "too_long" | "took_too_long" | "two_questions" | "undefined" | "no_tariff" | "unavailable";
        /** Note */
        Note: {
            /** Note */
            note: string;
        };
        /** NumbersOut */
        NumbersOut: {
            connectivity: components["schemas"]["ConnectivityNumbers"];
            /** Devices */
            devices: number;
            health: components["schemas"]["HealthNumbers"];
            /**
             * Simulated
             * @description devices whose data a simulator invents
             */
            simulated: number;
        };
        /**
         * OfAttribute
         * @description What is written on a device's card.
         */
        OfAttribute: {
            attribute: components["schemas"]["Attribute"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "attribute";
        };
        /**
         * OfCost
         * @description What being offline cost by the site's tariff, and visits to resolved incidents.
         */
        OfCost: {
            /**
             * Aspect
             * @default both
             * @enum {string}
             */
            aspect?: "downtime" | "visits" | "both";
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "cost";
        };
        /**
         * OfForecast
         * @description What is expected: the day a metric crosses its limit, the risk of failing, what is due.
         */
        OfForecast: {
            /**
             * Aspect
             * @enum {string}
             */
            aspect: "crossing" | "risk" | "maintenance" | "value";
            /**
             * Days
             * @default 14
             * @enum {integer}
             */
            days?: 7 | 14 | 30;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "forecast";
            /**
             * Metrics
             * @default []
             */
            metrics?: string[];
        };
        /**
         * OfHealth
         * @description The health score, newest, or averaged or lowest over a window; or its word.
         */
        OfHealth: {
            /**
             * Aspect
             * @default score
             * @enum {string}
             */
            aspect?: "score" | "status" | "average" | "lowest";
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "health";
        };
        /**
         * OfLink
         * @description How a device was heard from.
         */
        OfLink: {
            aspect: components["schemas"]["Link"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "link";
        };
        /**
         * OfMetric
         * @description Readings of one metric, or of the first of several that a device reports.
         */
        OfMetric: {
            aggregate: components["schemas"]["Aggregate"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "metric";
            /** Limit */
            limit?: number | null;
            /** Metrics */
            metrics: string[];
            /** Percentile */
            percentile?: number | null;
        };
        /**
         * OfRecords
         * @description What was written down of devices: incidents, anomalies, events, alerts.
         */
        OfRecords: {
            aggregate: components["schemas"]["RecordAggregate"];
            /**
             * Categories
             * @default []
             */
            categories?: string[];
            /** Effective */
            effective?: boolean | null;
            /**
             * Event Kinds
             * @default []
             */
            event_kinds?: string[];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "records";
            record: components["schemas"]["Record"];
            /**
             * Severities
             * @default []
             */
            severities?: string[];
            /** @default any */
            source?: components["schemas"]["RecordSource"];
            /** @default any */
            state?: components["schemas"]["RecordState"];
            /**
             * Words
             * @default []
             */
            words?: string[];
        };
        /**
         * Order
         * @enum {string}
         */
        Order: "most" | "least";
        /**
         * Origin
         * @enum {string}
         */
        Origin: "shipped" | "declared" | "discovered";
        /**
         * OutlookOut
         * @description What is foreseen of a device. `risk_score` is null, and `why` says so, where nobody can
         *     know; 1 where a limit is passed already.
         */
        OutlookOut: {
            /** Device Id */
            device_id: string;
            failure: components["schemas"]["FailureOut"];
            /**
             * Forecast Period
             * @default 14d
             * @constant
             */
            forecast_period?: "14d";
            /**
             * Generated At
             * @description when the device was last looked at
             */
            generated_at: string | null;
            history: components["schemas"]["HistoryOut"];
            /** Predictions */
            predictions: components["schemas"]["PredictionOut"][];
            /** Reached */
            reached: components["schemas"]["ReachedOut"][];
            /** Risk Score */
            risk_score: number | null;
            /**
             * Similar Progressions
             * @description past incidents that went like what is foreseen, the likest first
             */
            similar_progressions: components["schemas"]["ProgressionOut"][];
            /**
             * Why
             * @description for each field that is null, the reason
             */
            why: {
                [key: string]: string;
            };
        };
        /** OverviewOut */
        OverviewOut: {
            /**
             * As Of
             * Format: date-time
             */
            as_of: string;
            numbers: components["schemas"]["NumbersOut"];
            /**
             * Sites
             * @description with devices or incidents, the worst first
             */
            sites: components["schemas"]["SiteNowOut"][];
            /** Sites Total */
            sites_total: number;
            trouble: components["schemas"]["TroubleOut"];
            /**
             * Urgent
             * @description the most urgent first
             */
            urgent: components["schemas"]["IncidentOut"][];
        };
        /** OwnPermissions */
        OwnPermissions: {
            /** Device Id */
            device_id: string;
            permissions: components["schemas"]["Granted"];
            /**
             * Wanted
             * @description asked for, and not granted by the owner so far
             */
            wanted: string[];
        };
        /** OwnWords */
        OwnWords: {
            /** Label */
            label: string | null;
            /** Metrics */
            metrics: {
                [key: string]: {
                    [key: string]: unknown;
                } | null;
            };
        };
        /** PartOut */
        PartOut: {
            /** Figures */
            figures: components["schemas"]["FigureOut"][];
            /** Name */
            name: string;
            /**
             * State
             * @enum {string}
             */
            state: "ok" | "warning" | "critical" | "unknown";
            /**
             * To Do
             * @description what mends it; null where nothing is wrong
             */
            to_do: string | null;
            /** Words */
            words: string;
        };
        /** PasswordChange */
        PasswordChange: {
            /** Current Password */
            current_password: string;
            /** New Password */
            new_password: string;
        };
        /** PastHealth */
        PastHealth: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Reason */
            reason: string | null;
            /** Score */
            score: number | null;
            /**
             * Status
             * @enum {string}
             */
            status: "healthy" | "warning" | "critical" | "unknown";
        };
        /** PastOut */
        PastOut: {
            /**
             * Actor Kind
             * @enum {string}
             */
            actor_kind: "user" | "token" | "device" | "system";
            /** Actor Name */
            actor_name: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Note */
            note: string | null;
            /**
             * Severity
             * @enum {string}
             */
            severity: "info" | "warning" | "critical";
            /**
             * State
             * @enum {string}
             */
            state: "open" | "confirmed" | "resolved" | "normal" | "closed" | "merged";
            /**
             * What
             * @enum {string}
             */
            what: "opened" | "worse" | "wider" | "joined" | "merged" | "confirmed" | "resolved" | "normal" | "reopened" | "closed" | "noted" | "imported" | "corrected";
            /** Worked */
            worked: boolean | null;
        };
        /** PerhapsNote */
        PerhapsNote: {
            /** Note */
            note?: string | null;
        };
        /**
         * Period
         * @enum {string}
         */
        Period: "1h" | "24h" | "7d" | "30d";
        /**
         * Permission
         * @enum {string}
         */
        Permission: "fleet:read" | "fleet:write" | "fleet:enrol" | "commands:issue" | "incidents:write" | "users:manage" | "tokens:own" | "audit:read" | "telemetry:write" | "settings:write" | "alerts:write" | "operation:read";
        /** PermissionsChange */
        PermissionsChange: {
            permissions: components["schemas"]["Grants"];
        };
        /** PermissionsOut */
        PermissionsOut: {
            /** Device Id */
            device_id: string;
            permissions: components["schemas"]["Granted"];
            /**
             * Wanted
             * @description what the device asked for and has not been given
             */
            wanted: string[];
        };
        /** PermissionsPatch */
        PermissionsPatch: {
            permissions: components["schemas"]["PermissionsWanted"];
        } & {
            [key: string]: unknown;
        };
        /**
         * PermissionsWanted
         * @description `false` withdraws; `true` only asks the owner. What is not named stays as it is.
         */
        PermissionsWanted: {
            /** Command Execution */
            command_execution?: boolean | null;
            /** Contact */
            contact?: boolean | null;
            /** Filesystem Access */
            filesystem_access?: boolean | null;
            /** Network Monitoring */
            network_monitoring?: boolean | null;
            /** Process Monitoring */
            process_monitoring?: boolean | null;
            /** Root Access */
            root_access?: boolean | null;
        };
        /** Plan */
        Plan: {
            /** About */
            about?: string | null;
            against?: components["schemas"]["Against"] | null;
            /**
             * Any Of
             * @default false
             */
            any_of?: boolean;
            ask: components["schemas"]["Ask"];
            /**
             * Assumptions
             * @default []
             */
            assumptions?: string[];
            by?: components["schemas"]["By"] | null;
            compare?: components["schemas"]["Compare"] | null;
            /**
             * Filled By
             * @default parser
             * @enum {string}
             */
            filled_by?: "parser" | "model" | "person";
            /** Limit */
            limit?: number | null;
            /** Measure */
            measure?: (components["schemas"]["OfMetric"] | components["schemas"]["OfRecords"] | components["schemas"]["OfLink"] | components["schemas"]["OfHealth"] | components["schemas"]["OfAttribute"] | components["schemas"]["OfCost"] | components["schemas"]["OfForecast"]) | null;
            /** @default device */
            of?: components["schemas"]["By"];
            order?: components["schemas"]["Order"] | null;
            reason?: components["schemas"]["Reason"] | null;
            /**
             * @default {
             *       "devices": [],
             *       "name_has": [],
             *       "places": [],
             *       "sites": [],
             *       "tags": [],
             *       "types": []
             *     }
             */
            scope?: components["schemas"]["homepot__ai__query__plan__Scope"];
            unit?: components["schemas"]["DurationUnit"] | null;
            /** Value */
            value?: number | boolean | string | null;
            /**
             * Where
             * @default []
             */
            where?: components["schemas"]["Condition"][];
            /** Window */
            window?: (components["schemas"]["Rolling"] | components["schemas"]["Coming"] | components["schemas"]["Calendar"] | components["schemas"]["Dates"] | components["schemas"]["Moments"]) | null;
        };
        /** PlanOut */
        PlanOut: {
            /** Machine */
            machine: {
                [key: string]: unknown;
            };
            /** Readable */
            readable: string;
        };
        /** PointOut */
        PointOut: {
            /**
             * At
             * Format: date-time
             * @description The first moment of the span that this point stands for.
             */
            at: string;
            /**
             * Count
             * @description Readings in it.
             */
            count: number;
            /** High */
            high: number;
            /** Last */
            last: number;
            /** Low */
            low: number;
            /** Mean */
            mean: number;
        };
        /**
         * PredictedIssue
         * @description A limit that will be reached; nine times in ten between `lower` and `upper`.
         */
        PredictedIssue: {
            /**
             * Confidence
             * @description that the limit is reached within 30 days
             */
            confidence: number;
            /**
             * Crosses At
             * Format: date-time
             */
            crosses_at: string;
            /** Description */
            description: string;
            /** Device Id */
            device_id: string;
            /**
             * Estimated Cost
             * @description a visit, and up to a part
             */
            estimated_cost: string | null;
            /**
             * Lower
             * Format: date-time
             */
            lower: string;
            /** Metric */
            metric: string;
            /** Recommendation Id */
            recommendation_id: string;
            /**
             * Severity
             * @enum {string}
             */
            severity: "warning" | "critical";
            /**
             * Upper
             * Format: date-time
             */
            upper: string;
        };
        /**
         * PredictionOut
         * @description One limit that a wear will reach. The interval holds the moment nine times in ten.
         */
        PredictionOut: {
            /** Chance 14D */
            chance_14d: number;
            /** Chance 30D */
            chance_30d: number;
            /** Chance 7D */
            chance_7d: number;
            /**
             * Confidence
             * @description how probable it is that the limit is reached within the forecast period, if nobody does anything before
             */
            confidence: number;
            /**
             * Crosses At
             * Format: date-time
             */
            crosses_at: string;
            /**
             * First Predicted At
             * Format: date-time
             */
            first_predicted_at: string;
            /**
             * Level
             * @description now, without the usual course of a day and a week
             */
            level: number;
            /** Limit */
            limit: number;
            /**
             * Lower
             * Format: date-time
             */
            lower: string;
            /** Metric */
            metric: string;
            /** Prediction */
            prediction: string;
            /** Prediction Id */
            prediction_id: string;
            /** Rate Per Day */
            rate_per_day: number;
            /** Reasoning */
            reasoning: string;
            /** Recommended Action */
            recommended_action: string;
            /**
             * Severity
             * @enum {string}
             */
            severity: "warning" | "critical";
            /**
             * Since
             * Format: date-time
             * @description when the wear began
             */
            since: string;
            /** Unit */
            unit: string;
            /**
             * Upper
             * Format: date-time
             */
            upper: string;
        };
        /**
         * Problem
         * @description The body of every refusal (RFC 9457).
         */
        Problem: {
            /** Detail */
            detail: string;
            /**
             * Errors
             * @default []
             */
            errors?: components["schemas"]["ProblemError"][];
            /** Request Id */
            request_id: string;
            /** Status */
            status: number;
            /** Title */
            title: string;
            /** Type */
            type: string;
        } & {
            [key: string]: unknown;
        };
        /** ProblemError */
        ProblemError: {
            /** At */
            at: string;
            /** Problem */
            problem: string;
        };
        /** ProgramOut */
        ProgramOut: {
            /**
             * Memory Bytes
             * @description of all processes of this kind; shared pages by share
             */
            memory_bytes: number;
            /**
             * Name
             * @example api
             * @example worker
             * @example database
             * @example models
             * @example simulator
             */
            name: string;
            /**
             * Since
             * Format: date-time
             */
            since: string;
        };
        /**
         * ProgressionOut
         * @description A past incident that went like what is foreseen: what came of it, and what was done.
         */
        ProgressionOut: {
            /** Began */
            began: string | null;
            /** Description */
            description: string;
            /** Device Id */
            device_id: string | null;
            /**
             * Effective
             * @description whether the resolution worked; null: unknown
             */
            effective: boolean | null;
            /** Ended At */
            ended_at: string | null;
            /** Incident Id */
            incident_id: string;
            /** Prediction Id */
            prediction_id: string;
            /** Resolution */
            resolution: string | null;
            /**
             * Similarity Score
             * @description how probable it is that both are of one kind
             */
            similarity_score: number;
        };
        /** Provisioned */
        Provisioned: {
            /** Api Key */
            api_key: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Device Id */
            device_id: string;
            /** Epoch Id */
            epoch_id: string;
            /** Site Id */
            site_id: string;
        };
        /**
         * QuestionIn
         * @description A question in words, or a plan that somebody changed by hand.
         */
        QuestionIn: {
            /** As Of */
            as_of?: string | null;
            /** Conversation Id */
            conversation_id?: string | null;
            mode?: components["schemas"]["ModeName"] | null;
            /** Model */
            model?: string | null;
            /** Narrate */
            narrate?: boolean | null;
            plan?: components["schemas"]["Plan"] | null;
            /** Question */
            question?: string | null;
            /**
             * Stream
             * @default false
             */
            stream?: boolean;
            /** Timezone */
            timezone?: string | null;
        };
        /** RateOut */
        RateOut: {
            /** Amount */
            amount: number;
            /**
             * Source
             * @description where it was said, the nearest counts
             * @enum {string}
             */
            source: "site_and_type" | "site" | "type" | "all";
        };
        /**
         * RatesOut
         * @description What holds for a device. What nobody said is null, with the reason in `why`.
         */
        RatesOut: {
            /** Currency */
            currency: string | null;
            /** Device Id */
            device_id: string;
            downtime_cost_per_hour: components["schemas"]["RateOut"] | null;
            part_cost: components["schemas"]["RateOut"] | null;
            visit_cost: components["schemas"]["RateOut"] | null;
            /** Why */
            why: {
                [key: string]: string;
            };
        };
        /**
         * ReachedOut
         * @description A limit that is passed already.
         */
        ReachedOut: {
            /** Limit */
            limit: number;
            /** Metric */
            metric: string;
            /**
             * Severity
             * @enum {string}
             */
            severity: "warning" | "critical";
            /** Words */
            words: string;
        };
        /** Reason */
        Reason: {
            /**
             * Subject
             * @default
             */
            subject?: string;
            /**
             * Suggestions
             * @default []
             */
            suggestions?: string[];
            why: components["schemas"]["NoAnswer"];
        };
        /**
         * ReceiptOut
         * @description Every row that was sent is in one of the four counts.
         */
        ReceiptOut: {
            /**
             * Corrected
             * @description Rows that changed a stored value: the new one stands.
             */
            corrected: number;
            /**
             * Rejected
             * @description The rows that were not taken, and why; the first 1,000.
             */
            rejected: components["schemas"]["RejectedOut"][];
            /** Rejected Count */
            rejected_count: number;
            /**
             * Repeated
             * @description Rows that said what was stored already.
             */
            repeated: number;
            /**
             * Stored
             * @description New rows, and rows that added metrics to a known moment.
             */
            stored: number;
        };
        /** Recommended */
        Recommended: {
            /**
             * Incident Ids
             * @description the evidence
             */
            incident_ids: string[];
            /** Resolution */
            resolution: string;
            /** Tried */
            tried: number;
            /**
             * Worked
             * @description on so many of the similar incidents
             */
            worked: number;
        };
        /**
         * Record
         * @enum {string}
         */
        Record: "incident" | "anomaly" | "event" | "alert";
        /**
         * RecordAggregate
         * @enum {string}
         */
        RecordAggregate: "count" | "newest" | "first" | "each" | "when_newest" | "when_first" | "seconds_since" | "duration_average" | "duration_sum" | "duration_longest";
        /**
         * RecordSource
         * @description All incidents on record, or those alone that detection found, that a person brought in or
         *     wrote down, or that a person answers for: brought in, confirmed or resolved by one.
         * @enum {string}
         */
        RecordSource: "recorded" | "brought_in" | "found" | "any";
        /**
         * RecordState
         * @enum {string}
         */
        RecordState: "open" | "confirmed" | "resolved" | "any";
        /** RefusalOut */
        RefusalOut: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Reason */
            reason: string;
            /** Topic */
            topic: string;
        };
        /** RegisteredOut */
        RegisteredOut: {
            direction: components["schemas"]["Direction"];
            /** First Seen At */
            first_seen_at: string | null;
            kind: components["schemas"]["homepot__fleet__types__logic__Kind"];
            /** Label */
            label: string;
            /** Name */
            name: string;
            origin: components["schemas"]["Origin"];
            /** Range High */
            range_high: number | null;
            /** Range Low */
            range_low: number | null;
            /** Unit */
            unit: string;
        };
        /** RejectedOut */
        RejectedOut: {
            /**
             * Index
             * @description The place of the row in what was sent, counted from 0.
             */
            index: number;
            /** Reason */
            reason: string;
        };
        /** RelevantDevice */
        RelevantDevice: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Site */
            site: string;
            /** Status */
            status: string;
        };
        /**
         * ReplyOut
         * @description An answer with what it rests on. `reason` and `suggestions` are there where there is none.
         */
        ReplyOut: {
            /** Answer */
            answer: string;
            /**
             * As Of
             * Format: date-time
             */
            as_of: string;
            /** Assumptions */
            assumptions: string[];
            /** Conversation Id */
            conversation_id: string;
            /** Evidence */
            evidence: components["schemas"]["EvidenceOut"][];
            mode: components["schemas"]["ModeName"];
            /** Model Used */
            model_used: string | null;
            narration: components["schemas"]["NarrationOut"];
            plan: components["schemas"]["PlanOut"];
            /** Question */
            question: string | null;
            /** Question Id */
            question_id: string;
            reason: components["schemas"]["homepot__ai__query__schemas__ReasonOut"] | null;
            /** Relevant Devices */
            relevant_devices: components["schemas"]["RelevantDevice"][];
            /** Response Time Ms */
            response_time_ms: number;
            result: components["schemas"]["ResultOut"];
            /** Suggestions */
            suggestions: string[];
        };
        /** Reply[DeviceStatus] */
        Reply_DeviceStatus_: {
            data: components["schemas"]["DeviceStatus"];
            /** Message */
            message: string;
            /**
             * Status
             * @default success
             * @constant
             */
            status?: "success";
        };
        /** Reply[DnaKept] */
        Reply_DnaKept_: {
            data: components["schemas"]["DnaKept"];
            /** Message */
            message: string;
            /**
             * Status
             * @default success
             * @constant
             */
            status?: "success";
        };
        /** Reply[EventKept] */
        Reply_EventKept_: {
            data: components["schemas"]["EventKept"];
            /** Message */
            message: string;
            /**
             * Status
             * @default success
             * @constant
             */
            status?: "success";
        };
        /** Reply[HeartbeatKept] */
        Reply_HeartbeatKept_: {
            data: components["schemas"]["HeartbeatKept"];
            /** Message */
            message: string;
            /**
             * Status
             * @default success
             * @constant
             */
            status?: "success";
        };
        /** Reply[JobKept] */
        Reply_JobKept_: {
            data: components["schemas"]["JobKept"];
            /** Message */
            message: string;
            /**
             * Status
             * @default success
             * @constant
             */
            status?: "success";
        };
        /** Reply[LatestOut] */
        Reply_LatestOut_: {
            data: components["schemas"]["LatestOut"];
            /** Message */
            message: string;
            /**
             * Status
             * @default success
             * @constant
             */
            status?: "success";
        };
        /** Reply[OwnPermissions] */
        Reply_OwnPermissions_: {
            data: components["schemas"]["OwnPermissions"];
            /** Message */
            message: string;
            /**
             * Status
             * @default success
             * @constant
             */
            status?: "success";
        };
        /** Reply[Provisioned] */
        Reply_Provisioned_: {
            data: components["schemas"]["Provisioned"];
            /** Message */
            message: string;
            /**
             * Status
             * @default success
             * @constant
             */
            status?: "success";
        };
        /** Reply[SavedOut] */
        Reply_SavedOut_: {
            data: components["schemas"]["SavedOut"];
            /** Message */
            message: string;
            /**
             * Status
             * @default success
             * @constant
             */
            status?: "success";
        };
        /** Reply[WaitingCommand] */
        Reply_WaitingCommand_: {
            data: components["schemas"]["WaitingCommand"];
            /** Message */
            message: string;
            /**
             * Status
             * @default success
             * @constant
             */
            status?: "success";
        };
        /**
         * ReportBand
         * @description Between what a metric usually lies, at the moments of the points.
         */
        ReportBand: {
            /** High */
            high: (number | null)[];
            /** Low */
            low: (number | null)[];
            /** Words */
            words: string;
        };
        /** ReportContent */
        ReportContent: {
            /** Cost Impact */
            cost_impact: string;
            /** Figures */
            figures: {
                [key: string]: string | number | null;
            };
            /** Incidents */
            incidents: components["schemas"]["ReportIncident"][];
            /** Key Metrics */
            key_metrics: {
                [key: string]: string | number | null;
            };
            /**
             * Metrics
             * @default []
             */
            metrics?: components["schemas"]["ReportMetric"][];
            period: components["schemas"]["ReportSpan"];
            /**
             * Plots
             * @default []
             */
            plots?: components["schemas"]["ReportPlot"][];
            /** Recommendations */
            recommendations: string[];
            /** Sections */
            sections: components["schemas"]["ReportSection"][];
            /** Status */
            status: string;
            subject: components["schemas"]["ReportSubject"];
            /** Summary */
            summary: string;
            /**
             * Tables
             * @default []
             */
            tables?: components["schemas"]["ReportTable"][];
            /** Title */
            title: string;
            /**
             * Version
             * @default 1
             */
            version?: number;
            /**
             * Why
             * @default {}
             */
            why?: {
                [key: string]: string;
            };
        };
        /**
         * ReportFormat
         * @enum {string}
         */
        ReportFormat: "json" | "html" | "pdf";
        /**
         * ReportIn
         * @description What a device measured at one time; unknown fields are kept.
         */
        ReportIn: {
            /** Collection Interval Seconds */
            collection_interval_seconds?: number | null;
            /** Cpu Usage */
            cpu_usage: number;
            /** Device Id */
            device_id: string;
            /** Disk Usage */
            disk_usage: number;
            /** Memory Usage */
            memory_usage: number;
            /** Network Latency Ms */
            network_latency_ms?: number | null;
            /** Pos */
            pos?: {
                [key: string]: unknown;
            } | null;
            /** Site Id */
            site_id?: string | null;
            /** Timestamp */
            timestamp?: string | null;
            /** Uptime Seconds */
            uptime_seconds?: number | null;
        } & {
            [key: string]: unknown;
        };
        /** ReportIncident */
        ReportIncident: {
            /** Description */
            description: string;
            /** Device */
            device?: string | null;
            /** Ended At */
            ended_at: string | null;
            /** Impact */
            impact: string;
            /** Incident Id */
            incident_id: string;
            /** Offline S */
            offline_s?: number | null;
            /** Resolution */
            resolution: string | null;
            /** Severity */
            severity: string;
            /** State */
            state: string;
            /**
             * Timestamp
             * Format: date-time
             */
            timestamp: string;
        };
        /** ReportLimit */
        ReportLimit: {
            /** Severity */
            severity: string;
            /** Value */
            value: number;
        };
        /**
         * ReportList
         * @description The newest first; `next_before` asks for those before these.
         */
        ReportList: {
            /** Items */
            items: components["schemas"]["ReportListed"][];
            /** Next Before */
            next_before: number | null;
        };
        /**
         * ReportListed
         * @description A report without what it says; `by_itself` is one that nobody asked for.
         */
        ReportListed: {
            /** By Itself */
            by_itself: boolean;
            /** Device Id */
            device_id: string | null;
            /**
             * End
             * Format: date-time
             */
            end: string;
            /**
             * Generated At
             * Format: date-time
             */
            generated_at: string;
            mode: components["schemas"]["ModeName"];
            /** Report Id */
            report_id: string;
            report_type: components["schemas"]["ReportType"];
            /** Site Id */
            site_id: string | null;
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /** Title */
            title: string;
        };
        /**
         * ReportMark
         * @description From when to when something was not as usual.
         */
        ReportMark: {
            /**
             * End
             * Format: date-time
             */
            end: string;
            /** Severity */
            severity: string;
            /**
             * Start
             * Format: date-time
             */
            start: string;
        };
        /**
         * ReportMetric
         * @description What the readings of one metric come to; of a counter, its growth.
         */
        ReportMetric: {
            /** Average */
            average: number | null;
            /** Beyond */
            beyond: string | null;
            /** Count */
            count: number;
            /** Highest */
            highest: number;
            /** Increase */
            increase: number | null;
            /** Label */
            label: string;
            /** Limit */
            limit: number | null;
            /** Lowest */
            lowest: number;
            /** Metric */
            metric: string;
            /** Unit */
            unit: string;
        };
        /**
         * ReportOut
         * @description A report. What is null in it has its reason in `content.why`.
         */
        ReportOut: {
            content: components["schemas"]["ReportContent"];
            /** Device Id */
            device_id: string | null;
            /**
             * Generated At
             * Format: date-time
             */
            generated_at: string;
            mode: components["schemas"]["ModeName"];
            /** Report Id */
            report_id: string;
            report_type: components["schemas"]["ReportType"];
            /** Site Id */
            site_id: string | null;
        };
        /**
         * ReportPeriod
         * @enum {string}
         */
        ReportPeriod: "24h" | "7d" | "30d";
        /**
         * ReportPlot
         * @description A line over time, or with `bars` a column for each span. `points` are the first moment of a
         *     span in seconds since 1970, and the lowest, mean and highest of it.
         */
        ReportPlot: {
            band?: components["schemas"]["ReportBand"] | null;
            /**
             * Bars
             * @default false
             */
            bars?: boolean;
            /** Label */
            label: string;
            /**
             * Limits
             * @default []
             */
            limits?: components["schemas"]["ReportLimit"][];
            /**
             * Marks
             * @default []
             */
            marks?: components["schemas"]["ReportMark"][];
            /** Name */
            name: string;
            /** Points */
            points: [
                number,
                number,
                number,
                number
            ][];
            /** Unit */
            unit: string;
            /** Width S */
            width_s: number;
        };
        /** ReportSchedule */
        ReportSchedule: {
            /** Channel Ids */
            channel_ids: string[];
            /** Device Id */
            device_id: string | null;
            /** Enabled */
            enabled: boolean;
            mode: components["schemas"]["ModeName"];
            /**
             * Report Type
             * @enum {string}
             */
            report_type: "daily" | "weekly" | "monthly" | "incident";
            /** Schedule Id */
            schedule_id: string;
            scope: components["schemas"]["Scope-Output"];
            /** Site Id */
            site_id: string | null;
            /**
             * Timezone
             * @description of its site, where it has one; each site has its own
             */
            timezone: string;
        };
        /**
         * ReportScheduleIn
         * @description Which reports are made by themselves, for whom, and where they are sent. Daily, weekly
         *     (Monday) and monthly (the first) ones come at 7:00 on the clock of the site, those of everything
         *     on that of `timezone`; one of an incident soon after a critical one.
         */
        ReportScheduleIn: {
            /**
             * Channel Ids
             * @description channels of alerts; none: only kept
             * @default []
             */
            channel_ids?: string[];
            /** Device Id */
            device_id?: string | null;
            /**
             * Enabled
             * @default true
             */
            enabled?: boolean;
            /** @default maintenance */
            mode?: components["schemas"]["ModeName"];
            /**
             * Report Type
             * @enum {string}
             */
            report_type: "daily" | "weekly" | "monthly" | "incident";
            /** @description one of everything, one of each site, or of this site or device */
            scope: components["schemas"]["homepot__ai__reports__kinds__Scope"];
            /** Site Id */
            site_id?: string | null;
            /**
             * Timezone
             * @description of everything; UTC where it is left out
             */
            timezone?: string | null;
        };
        /** ReportSchedules */
        ReportSchedules: {
            /** Items */
            items: components["schemas"]["ReportSchedule"][];
        };
        /** ReportSection */
        ReportSection: {
            /** Heading */
            heading: string;
            /** Sentences */
            sentences: string[];
        };
        /** ReportSpan */
        ReportSpan: {
            /**
             * End
             * Format: date-time
             */
            end: string;
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /** Timezone */
            timezone: string;
            /** Words */
            words: string;
        };
        /**
         * ReportSubject
         * @description What it is about; `details` are what kind of thing that is, in words.
         */
        ReportSubject: {
            /**
             * Details
             * @default []
             */
            details?: string[];
            /** Id */
            id: string | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "device" | "site" | "tenant";
            /** Name */
            name: string;
        };
        /**
         * ReportTable
         * @description Rows in words; a number is written to the right.
         */
        ReportTable: {
            /** Columns */
            columns: string[];
            /** Heading */
            heading: string;
            /**
             * Left Out
             * @default 0
             */
            left_out?: number;
            /**
             * Right
             * @description columns that hold numbers
             * @default []
             */
            right?: number[];
            /** Rows */
            rows: string[][];
        };
        /**
         * ReportType
         * @enum {string}
         */
        ReportType: "daily" | "incident" | "weekly" | "monthly" | "custom";
        /**
         * RequestsOut
         * @description What this process asked of models since it began.
         */
        RequestsOut: {
            /** Calls */
            calls: number;
            /** Failures */
            failures: number;
            /** Not Remembered */
            not_remembered: number;
            /**
             * Remembered
             * @description answered from memory: no model was asked
             */
            remembered: number;
            /**
             * Response Ms Mean
             * @description of a call; null before the first one
             */
            response_ms_mean: number | null;
            /** Retries */
            retries: number;
            /**
             * Waiting
             * @description in the queue at this moment
             */
            waiting: number;
        };
        /** ResetPassword */
        ResetPassword: {
            /** One Time Password */
            one_time_password: string;
        };
        /**
         * Resolution
         * @description What was done. `worked` null: nobody can say yet.
         */
        Resolution: {
            /** Note */
            note: string;
            /** Worked */
            worked?: boolean | null;
        };
        /** ResultOut */
        ResultOut: {
            kind: components["schemas"]["homepot__ai__query__answering__result__Kind"];
            /**
             * Rows
             * @default []
             */
            rows?: {
                [key: string]: unknown;
            }[];
            /** Total */
            total?: number | null;
            /** Unit */
            unit?: string | null;
            /** Value */
            value?: unknown;
        };
        /** RevokedOut */
        RevokedOut: {
            /** Device Id */
            device_id: string;
            /** Keys Revoked */
            keys_revoked: number;
        };
        /**
         * Role
         * @description The strongest first.
         * @enum {string}
         */
        Role: "admin" | "operator" | "installer" | "viewer";
        /**
         * Rolling
         * @description So many seconds up to the moment of asking, or up to so long before it.
         */
        Rolling: {
            /**
             * Before S
             * @default 0
             */
            before_s?: number;
            hours?: components["schemas"]["homepot__ai__query__when__Hours"] | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "rolling";
            /** Length S */
            length_s: number;
        };
        /**
         * RotatedOut
         * @description The key itself is shown this once and kept nowhere.
         */
        RotatedOut: {
            /** Api Key */
            api_key: string;
            /** Device Id */
            device_id: string;
            /**
             * Old Keys End At
             * Format: date-time
             */
            old_keys_end_at: string;
        };
        /** Rotation */
        Rotation: {
            /**
             * Grace S
             * @description for how long the keys there are still open the door
             * @default 86400
             */
            grace_s?: number;
        };
        /** RuleChange */
        RuleChange: {
            /** Categories */
            categories?: ("temperature" | "connectivity" | "power" | "storage" | "software" | "hardware" | "mechanical" | "sensor" | "security")[] | null;
            /** Channel Ids */
            channel_ids?: string[] | null;
            /** Digest */
            digest?: ("none" | "hourly" | "daily") | null;
            /** Digest At */
            digest_at?: string | null;
            /** During Maintenance */
            during_maintenance?: boolean | null;
            /** Enabled */
            enabled?: boolean | null;
            /** Escalate After Min */
            escalate_after_min?: number | null;
            /** Escalate Channel Ids */
            escalate_channel_ids?: string[] | null;
            /** Hours */
            hours?: components["schemas"]["homepot__alerts__schemas__Hours"][] | null;
            /** Name */
            name?: string | null;
            /** Opening */
            opening?: ("always" | "open" | "closed") | null;
            /** Severity Min */
            severity_min?: ("info" | "warning" | "critical") | null;
            /** Site Ids */
            site_ids?: string[] | null;
            /** Tags */
            tags?: string[] | null;
            /** Tells Over */
            tells_over?: boolean | null;
            /** Timezone */
            timezone?: string | null;
            /** Types */
            types?: string[] | null;
        };
        /** RuleNew */
        RuleNew: {
            /**
             * Categories
             * @description none: all; so with sites, types and tags
             * @default []
             */
            categories?: ("temperature" | "connectivity" | "power" | "storage" | "software" | "hardware" | "mechanical" | "sensor" | "security")[];
            /**
             * Channel Ids
             * @default []
             */
            channel_ids?: string[];
            /**
             * Digest
             * @default none
             * @enum {string}
             */
            digest?: "none" | "hourly" | "daily";
            /**
             * Digest At
             * @description of a daily digest, on the clock of `timezone`
             * @default 08:00
             */
            digest_at?: string;
            /**
             * During Maintenance
             * @description false: held until the site's maintenance window is over
             * @default false
             */
            during_maintenance?: boolean;
            /**
             * Enabled
             * @default true
             */
            enabled?: boolean;
            /**
             * Escalate After Min
             * @description if nobody has confirmed by then, others are told too
             */
            escalate_after_min?: number | null;
            /**
             * Escalate Channel Ids
             * @default []
             */
            escalate_channel_ids?: string[];
            /**
             * Hours
             * @description outside of them a message is held until they begin; none: always
             * @default []
             */
            hours?: components["schemas"]["homepot__alerts__schemas__Hours"][];
            /** Name */
            name: string;
            /**
             * Opening
             * @description open: only while the site is open; closed: only while not
             * @default always
             * @enum {string}
             */
            opening?: "always" | "open" | "closed";
            /**
             * Severity Min
             * @default warning
             * @enum {string}
             */
            severity_min?: "info" | "warning" | "critical";
            /**
             * Site Ids
             * @default []
             */
            site_ids?: string[];
            /**
             * Tags
             * @default []
             */
            tags?: string[];
            /**
             * Tells Over
             * @description who was told is told when it is over
             * @default true
             */
            tells_over?: boolean;
            /**
             * Timezone
             * @default UTC
             */
            timezone?: string;
            /**
             * Types
             * @default []
             */
            types?: string[];
        };
        /** RuleOut */
        RuleOut: {
            /** Categories */
            categories: string[];
            /** Channel Ids */
            channel_ids: string[];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Digest
             * @enum {string}
             */
            digest: "none" | "hourly" | "daily";
            /** Digest At */
            digest_at: string;
            /** During Maintenance */
            during_maintenance: boolean;
            /** Enabled */
            enabled: boolean;
            /** Escalate After Min */
            escalate_after_min: number | null;
            /** Escalate Channel Ids */
            escalate_channel_ids: string[];
            /** Hours */
            hours: components["schemas"]["Hours-Output"][];
            /** Name */
            name: string;
            /**
             * Opening
             * @enum {string}
             */
            opening: "always" | "open" | "closed";
            /** Rule Id */
            rule_id: string;
            /**
             * Severity Min
             * @enum {string}
             */
            severity_min: "info" | "warning" | "critical";
            /** Site Ids */
            site_ids: string[];
            /** Tags */
            tags: string[];
            /** Tells Over */
            tells_over: boolean;
            /** Timezone */
            timezone: string;
            /** Types */
            types: string[];
        };
        /** SavedOut */
        SavedOut: {
            /** Device Id */
            device_id: string;
            /**
             * Duplicate Count
             * @description reports that had been stored before
             */
            duplicate_count: number;
            /**
             * Saved Count
             * @description reports that are new
             */
            saved_count: number;
        };
        /**
         * ScheduleDay
         * @description A weekday's hours on the site's own clock; a close before the open is the next morning.
         */
        ScheduleDay: {
            /** Close */
            close?: string | null;
            /**
             * Closed
             * @default false
             */
            closed?: boolean;
            /** Open */
            open?: string | null;
            /** Peak End */
            peak_end?: string | null;
            /** Peak Start */
            peak_start?: string | null;
            /**
             * Weekday
             * @description 0 = Monday
             */
            weekday: number;
        };
        /** ScheduleOut */
        ScheduleOut: {
            /** Items */
            items: components["schemas"]["TermOut"][];
        };
        /**
         * Scope
         * @description What reports that come by themselves are about.
         * @enum {string}
         */
        "Scope-Output": "everything" | "each_site" | "site" | "device";
        /** SeriesOut */
        SeriesOut: {
            /** Metric */
            metric: string;
            /**
             * Note
             * @description Why there are no points, where it is known
             */
            note?: string | null;
            /** Points */
            points: components["schemas"]["PointOut"][];
        };
        /** SignIn */
        SignIn: {
            /** Password */
            password: string;
            /** Username */
            username: string;
        };
        /**
         * SilenceNew
         * @description All that is given must fit.
         */
        SilenceNew: {
            /** Category */
            category?: ("temperature" | "connectivity" | "power" | "storage" | "software" | "hardware" | "mechanical" | "sensor" | "security") | null;
            /**
             * Device Id
             * @description its id; or its name, if one has it
             */
            device_id?: string | null;
            /**
             * For Min
             * @description how long, in minutes
             */
            for_min: number;
            /** Reason */
            reason?: string | null;
            /**
             * Site Id
             * @description its id; or its name, if one has it
             */
            site_id?: string | null;
            /** Tag */
            tag?: string | null;
            /**
             * Type
             * @description of devices: its name or label
             */
            type?: string | null;
        };
        /** SilenceOut */
        SilenceOut: {
            /** Category */
            category: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /** Device Id */
            device_id: string | null;
            /** Ended By */
            ended_by: string | null;
            /** Reason */
            reason: string | null;
            /** Silence Id */
            silence_id: string;
            /** Site Id */
            site_id: string | null;
            /** Tag */
            tag: string | null;
            /** Type */
            type: string | null;
            /**
             * Until
             * Format: date-time
             */
            until: string;
        };
        /**
         * SimilarAsked
         * @description In words, or by an incident that is remembered.
         */
        SimilarAsked: {
            /** Incident Id */
            incident_id?: string | null;
            /**
             * Limit
             * @default 5
             */
            limit?: number;
            /**
             * Text
             * @default
             */
            text?: string;
        };
        /** SimilarIncident */
        SimilarIncident: {
            /** Category */
            category: string;
            /**
             * Date
             * @description when it started
             */
            date: string | null;
            /** Description */
            description: string;
            /** Device Id */
            device_id: string | null;
            /**
             * Effective
             * @description whether the resolution worked; null: unknown
             */
            effective: boolean | null;
            /** Ended At */
            ended_at: string | null;
            /** Incident Id */
            incident_id: string;
            /** Resolution */
            resolution: string | null;
            /** Severity */
            severity: string | null;
            /**
             * Similarity Score
             * @description how probable it is that both are of one kind
             */
            similarity_score: number;
        };
        /**
         * SimilarOut
         * @description Past incidents like this one, the best first; none where nothing is similar.
         */
        SimilarOut: {
            recommendation: components["schemas"]["Recommended"] | null;
            /** Similar Past Incidents */
            similar_past_incidents: components["schemas"]["SimilarIncident"][];
            /**
             * Warning
             * @description what was not as it should be in the search
             */
            warning: string | null;
        };
        /**
         * SiteChange
         * @description A field that is absent is left as it is; null clears what may be empty.
         */
        SiteChange: {
            /** Address */
            address?: string | null;
            /**
             * Closed On
             * @default []
             */
            closed_on?: string[];
            /**
             * Maintenance Windows
             * @default []
             */
            maintenance_windows?: components["schemas"]["MaintenanceWindow"][];
            /**
             * Name
             * @default
             */
            name?: string;
            /**
             * Schedule
             * @default []
             */
            schedule?: components["schemas"]["ScheduleDay"][];
            tariff?: components["schemas"]["Tariff"] | null;
            /**
             * Timezone
             * @default
             */
            timezone?: string;
            /**
             * Version
             * @description the version you changed; 409 if somebody was quicker
             */
            version?: number | null;
        };
        /** SiteInsights */
        SiteInsights: {
            /** Actions */
            actions: components["schemas"]["InsightAction"][];
            /** Anomaly Changes */
            anomaly_changes: components["schemas"]["InsightOftener"][];
            /** Causes Tested */
            causes_tested: number;
            /** Common Causes */
            common_causes: components["schemas"]["InsightCause"][];
            cost_analysis: components["schemas"]["InsightCosts"];
            /** Devices Critical */
            devices_critical: number;
            /** Devices Healthy */
            devices_healthy: number;
            /** Devices Maintenance */
            devices_maintenance: number;
            /** Devices Unknown */
            devices_unknown: number;
            /** Devices Warning */
            devices_warning: number;
            /**
             * Health Score
             * @description the mean of the devices whose health is known
             */
            health_score: number | null;
            /** Improving */
            improving: string[];
            /** Incidents */
            incidents: number;
            /** Incidents Open */
            incidents_open: number;
            /** Key Findings */
            key_findings: string[];
            /** Metrics Tested */
            metrics_tested: number;
            /**
             * Metrics Too Short
             * @description with fewer than 14 days of readings
             */
            metrics_too_short: number;
            /** Model Used */
            model_used: string | null;
            /**
             * Overall Health
             * @enum {string}
             */
            overall_health: "Good" | "Fair" | "Poor" | "Unknown";
            /** Predicted Issues */
            predicted_issues: components["schemas"]["PredictedIssue"][];
            /** Recommendations */
            recommendations: components["schemas"]["InsightRecommendation"][];
            /** Recurring */
            recurring: components["schemas"]["InsightRecurring"][];
            same_hour: components["schemas"]["InsightHour"] | null;
            /** Summary */
            summary: string;
            /**
             * Summary By
             * @enum {string}
             */
            summary_by: "model" | "template";
            /** Total Devices */
            total_devices: number;
            /** Trends */
            trends: components["schemas"]["InsightTrend"][];
            uptime: components["schemas"]["InsightUptime"];
            /** Warranties */
            warranties: components["schemas"]["InsightWarranty"][];
            /** Warranties Over */
            warranties_over: number;
            /**
             * Worsening
             * @description devices
             */
            worsening: string[];
        };
        /** SiteNew */
        SiteNew: {
            /** Address */
            address?: string | null;
            /**
             * Closed On
             * @default []
             */
            closed_on?: string[];
            /**
             * Maintenance Windows
             * @default []
             */
            maintenance_windows?: components["schemas"]["MaintenanceWindow"][];
            /** Name */
            name: string;
            /**
             * Schedule
             * @default []
             */
            schedule?: components["schemas"]["ScheduleDay"][];
            /** Site Id */
            site_id?: string | null;
            tariff?: components["schemas"]["Tariff"] | null;
            /** Timezone */
            timezone: string;
        };
        /** SiteNowOut */
        SiteNowOut: {
            /** Name */
            name: string;
            numbers: components["schemas"]["NumbersOut"];
            /** Site Id */
            site_id: string;
            trouble: components["schemas"]["TroubleOut"];
        };
        /** SiteOut */
        SiteOut: {
            /** Address */
            address: string | null;
            /** Archived At */
            archived_at: string | null;
            /** Closed On */
            closed_on: string[];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Device Count */
            device_count: number;
            /** In Maintenance */
            in_maintenance: boolean;
            /** Maintenance Windows */
            maintenance_windows: components["schemas"]["MaintenanceWindow"][];
            /** Name */
            name: string;
            /** Online Count */
            online_count: number;
            /**
             * Open Now
             * @description null where no hours were told
             */
            open_now: boolean | null;
            /** Schedule */
            schedule: components["schemas"]["ScheduleDay"][];
            /**
             * Simulated Count
             * @description devices whose data a simulator invents
             */
            simulated_count: number;
            /** Site Id */
            site_id: string;
            /** @description null where none was declared */
            tariff: components["schemas"]["TariffOut"] | null;
            /** Timezone */
            timezone: string;
            /** Version */
            version: number;
        };
        /** SitePage */
        SitePage: {
            /** Items */
            items: components["schemas"]["SiteOut"][];
            /** Next Cursor */
            next_cursor: string | null;
            /** Total */
            total: number;
        };
        /**
         * Sort
         * @description What a list may be sorted by; a minus turns it round.
         * @enum {string}
         */
        Sort: "name" | "-name" | "device_id" | "-device_id" | "last_seen" | "-last_seen" | "type" | "-type" | "site" | "-site" | "connectivity" | "-connectivity";
        /** StatusOut */
        StatusOut: {
            /**
             * Ai Enabled
             * @description false: no model is asked; every answer is a template's
             */
            ai_enabled: boolean;
            /** Available Models */
            available_models: components["schemas"]["ModelOut"][];
            /**
             * Chromadb Collections
             * @description of this tenant; null: cannot be counted
             */
            chromadb_collections: number | null;
            /**
             * Chromadb Problem
             * @description why it is not connected
             */
            chromadb_problem: string | null;
            /**
             * Chromadb Status
             * @enum {string}
             */
            chromadb_status: "connected" | "not connected" | "not started";
            memory_usage: components["schemas"]["MemoryOut"];
            model_requests: components["schemas"]["RequestsOut"];
            /**
             * Model Server
             * @description which one is in use: Ollama, or our own; null where none answers
             */
            model_server: ("ollama" | "homepot") | null;
            narrations: components["schemas"]["NarrationsOut"];
            /**
             * Ollama Status
             * @description of the model server in use
             * @enum {string}
             */
            ollama_status: "running" | "not running";
            /** Ollama Url */
            ollama_url: string;
            /**
             * Roles
             * @description the model that answers for each role
             */
            roles: {
                [key: string]: string;
            };
            /**
             * Timestamp
             * Format: date-time
             */
            timestamp: string;
            /**
             * Total Embeddings
             * @description of this tenant; null: cannot be counted
             */
            total_embeddings: number | null;
        };
        /**
         * StoryOut
         * @description An incident with its devices, what deviated in the order it began, and what happened.
         */
        StoryOut: {
            /**
             * Anomalies
             * @default []
             */
            anomalies?: components["schemas"]["AnomalyOut"][];
            /**
             * Back Since
             * @description since when all of it is as usual again, or its device is heard again, while it waits for that to last; null where it goes on or is over
             */
            back_since: string | null;
            /**
             * Category
             * @enum {string}
             */
            category: "temperature" | "connectivity" | "power" | "storage" | "software" | "hardware" | "mechanical" | "sensor" | "security";
            /**
             * Changed At
             * Format: date-time
             */
            changed_at: string;
            /**
             * Course
             * @default []
             */
            course?: components["schemas"]["CourseOut"][];
            /**
             * Course Words
             * @description how bad it became, and how it is now
             * @default
             */
            course_words?: string;
            /** Description */
            description: string;
            /**
             * Device Id
             * @description null where it is the whole site's
             */
            device_id: string | null;
            /** Device Name */
            device_name: string | null;
            /** Ended At */
            ended_at: string | null;
            /** Given Id */
            given_id: string | null;
            /**
             * History
             * @default []
             */
            history?: components["schemas"]["PastOut"][];
            /** Incident Id */
            incident_id: string;
            /**
             * Into Id
             * @description the incident that this one is a part of
             */
            into_id: string | null;
            /** @description null: not looked for yet */
            likeness?: components["schemas"]["LikenessOut"] | null;
            /**
             * Members
             * @default []
             */
            members?: components["schemas"]["MemberOut"][];
            /**
             * Opened At
             * Format: date-time
             */
            opened_at: string;
            /**
             * Provenance
             * @enum {string}
             */
            provenance: "detected" | "imported";
            /**
             * Reopened
             * @description how often it returned
             */
            reopened: number;
            /** Resolution */
            resolution: string | null;
            /**
             * Severity
             * @enum {string}
             */
            severity: "info" | "warning" | "critical";
            /** Site Id */
            site_id: string;
            /** Site Name */
            site_name: string;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /**
             * State
             * @enum {string}
             */
            state: "open" | "confirmed" | "resolved" | "normal" | "closed" | "merged";
            /**
             * Timezone
             * @description of its site: words tell moments by that clock
             */
            timezone: string;
            /** Title */
            title: string;
            told?: components["schemas"]["ToldOut"] | null;
            /**
             * What Now
             * @description what to do; empty where it is over
             * @default
             */
            what_now?: string;
            /**
             * Worked
             * @description whether what was done helped, as far as it was said
             */
            worked: boolean | null;
        };
        /**
         * Tariff
         * @description What an hour of standstill and a technician's visit cost here.
         */
        Tariff: {
            /** Currency */
            currency: string;
            /** Downtime Cost Per Hour */
            downtime_cost_per_hour: number | string;
            /** Visit Cost */
            visit_cost: number | string;
        };
        /**
         * TariffIn
         * @description What is left out or null is not said here: a wider line may say it.
         */
        TariffIn: {
            /** Currency */
            currency: string;
            /**
             * Device Type
             * @description null: of every type
             */
            device_type?: string | null;
            /** Downtime Cost Per Hour */
            downtime_cost_per_hour?: number | string | null;
            /** Part Cost */
            part_cost?: number | string | null;
            /**
             * Site Id
             * @description null: at every site
             */
            site_id?: string | null;
            /** Visit Cost */
            visit_cost?: number | string | null;
        };
        /** TariffLine */
        TariffLine: {
            /** Currency */
            currency: string;
            /** Device Type */
            device_type: string | null;
            /** Downtime Cost Per Hour */
            downtime_cost_per_hour: number | null;
            /** Part Cost */
            part_cost: number | null;
            /** Site Id */
            site_id: string | null;
            /** Site Name */
            site_name: string | null;
            /**
             * Source
             * @enum {string}
             */
            source: "site_and_type" | "site" | "type" | "all";
            /**
             * Updated At
             * @description null for a site's own: the audit log has it
             */
            updated_at: string | null;
            /** Updated By */
            updated_by: string | null;
            /** Visit Cost */
            visit_cost: number | null;
        };
        /** TariffOut */
        TariffOut: {
            /** Currency */
            currency: string;
            /** Downtime Cost Per Hour */
            downtime_cost_per_hour: number;
            /** Visit Cost */
            visit_cost: number;
        };
        /** TariffsOut */
        TariffsOut: {
            /** Items */
            items: components["schemas"]["TariffLine"][];
        };
        /** TenantView */
        TenantView: {
            /** Id */
            id: number;
            /** Name */
            name: string;
        };
        /** TermChange */
        TermChange: {
            /** Due At */
            due_at?: string | null;
            /** Note */
            note?: string | null;
            /** State */
            state?: ("planned" | "ordered" | "done" | "dropped") | null;
        };
        /**
         * TermNew
         * @description A line for the schedule that a person writes.
         */
        TermNew: {
            /** Device Id */
            device_id: string;
            /**
             * Due At
             * Format: date-time
             */
            due_at: string;
            /** Note */
            note?: string | null;
            /**
             * Parts
             * @description what has to be at hand
             */
            parts?: string | null;
            /** What */
            what: string;
        };
        /**
         * TermOut
         * @description A line of the maintenance schedule. `cost` is null where no tariff says it.
         */
        TermOut: {
            /**
             * Changed At
             * Format: date-time
             */
            changed_at: string;
            /** Changed By */
            changed_by: string | null;
            /** Cost */
            cost: string | null;
            /**
             * Cost Why
             * @description what the cost is made of, or why there is none
             */
            cost_why: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Currency */
            currency: string | null;
            /** Device Id */
            device_id: string;
            /** Device Name */
            device_name: string;
            /**
             * Due At
             * Format: date-time
             * @description before when
             */
            due_at: string;
            /**
             * Metric
             * @description of the prediction; null where a person planned it
             */
            metric: string | null;
            /** Note */
            note: string | null;
            /** Parts */
            parts: string | null;
            /** Prediction Id */
            prediction_id: string | null;
            /** Site Id */
            site_id: string;
            /** Site Name */
            site_name: string;
            /**
             * State
             * @enum {string}
             */
            state: "planned" | "ordered" | "done" | "dropped" | "lapsed";
            /** Term Id */
            term_id: string;
            /** What */
            what: string;
        };
        /** TestOut */
        TestOut: {
            /**
             * Delivery Id
             * @description GET /api/alerts/deliveries says what became of it
             */
            delivery_id: string;
        };
        /** ThresholdsOut */
        ThresholdsOut: {
            /** Healthy */
            healthy: number;
            /** Warning */
            warning: number;
        };
        /** TokenPage */
        TokenPage: {
            /** Items */
            items: components["schemas"]["TokenView"][];
            /** Next Cursor */
            next_cursor: string | null;
            /** Total */
            total: number;
        };
        /** TokenView */
        TokenView: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Id */
            id: number;
            /** Last Used At */
            last_used_at: string | null;
            /** Name */
            name: string;
            /** Public Part */
            public_part: string;
            /** Revoked At */
            revoked_at: string | null;
            /** Scopes */
            scopes: string[];
            /** Username */
            username: string;
        };
        /**
         * ToldOut
         * @description Over which channels somebody was told, or why nobody was.
         */
        ToldOut: {
            /**
             * Decisions
             * @description of each thing that happened, newest first
             */
            decisions: components["schemas"]["DecidedOut"][];
            /**
             * Foreseen
             * @description what was said of it before it began; empty: nothing was
             */
            foreseen: string;
            /** Words */
            words: string;
        };
        /** Transfer */
        Transfer: {
            /** Site Id */
            site_id: string;
        };
        /**
         * TroubleOut
         * @description Incidents that live, by severity; `confirmed` are those among them that somebody has seen.
         */
        TroubleOut: {
            /** Confirmed */
            confirmed: number;
            /** Critical */
            critical: number;
            /** Info */
            info: number;
            /** Warning */
            warning: number;
        };
        /**
         * TypeChange
         * @description A tenant's own words on a type, wholly; a metric that is null is left out of it.
         */
        TypeChange: {
            /** Label */
            label?: string | null;
            /**
             * Metrics
             * @default {}
             */
            metrics?: {
                [key: string]: components["schemas"]["TypeMetricChange"] | null;
            };
        };
        /**
         * TypeLearntOut
         * @description How far past failures of a device type have taught who will fail.
         */
        TypeLearntOut: {
            /** Basis */
            basis: ("trees" | "rate" | "unsure" | "few") | null;
            /** Device Type */
            device_type: string;
            /** Devices */
            devices: number;
            /** Failures */
            failures: number;
            /** Failures Needed */
            failures_needed: number;
            /** Words */
            words: string;
        };
        /**
         * TypeMetricChange
         * @description What to say of a metric of a type; a range or limit that is null means "none".
         */
        TypeMetricChange: {
            /** Critical Above */
            critical_above?: number | null;
            /** Critical Below */
            critical_below?: number | null;
            direction?: components["schemas"]["Direction"] | null;
            kind?: components["schemas"]["Kind-Input"] | null;
            /** Label */
            label?: string | null;
            /** Range High */
            range_high?: number | null;
            /** Range Low */
            range_low?: number | null;
            /** Unit */
            unit?: string | null;
            /** Warning Above */
            warning_above?: number | null;
            /** Warning Below */
            warning_below?: number | null;
        };
        /** TypeMetricOut */
        TypeMetricOut: {
            /** Critical Above */
            critical_above: number | null;
            /** Critical Below */
            critical_below: number | null;
            direction: components["schemas"]["Direction"];
            kind: components["schemas"]["homepot__fleet__types__logic__Kind"];
            /** Label */
            label: string;
            /** Name */
            name: string;
            /** Range High */
            range_high: number | null;
            /** Range Low */
            range_low: number | null;
            /** Unit */
            unit: string;
            /** Warning Above */
            warning_above: number | null;
            /** Warning Below */
            warning_below: number | null;
        };
        /** TypeThresholdsOut */
        TypeThresholdsOut: {
            /** Device Type */
            device_type: string;
            health: components["schemas"]["HealthThresholds"];
            said: components["schemas"]["HealthThresholds"] | null;
            /**
             * Source
             * @enum {string}
             */
            source: "shipped" | "type" | "device";
        };
        /**
         * Unit
         * @enum {string}
         */
        Unit: "hour" | "day" | "week" | "weekend" | "month" | "quarter" | "year";
        /**
         * UptimeOut
         * @description Seconds of the window; the ratio is null where nothing is known.
         */
        UptimeOut: {
            /** Offline S */
            offline_s: number;
            /** Online Ratio */
            online_ratio: number | null;
            /** Online S */
            online_s: number;
            /** Unknown S */
            unknown_s: number;
        };
        /** UserPage */
        UserPage: {
            /** Items */
            items: components["schemas"]["UserView"][];
            /** Next Cursor */
            next_cursor: string | null;
            /** Total */
            total: number;
        };
        /**
         * UserPatch
         * @description Only what is named is changed.
         */
        UserPatch: {
            /** Active */
            active?: boolean | null;
            /** Name */
            name?: string | null;
            role?: components["schemas"]["Role"] | null;
        };
        /** UserView */
        UserView: {
            /** Active */
            active: boolean;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Id */
            id: number;
            /** Last Sign In At */
            last_sign_in_at: string | null;
            /** Must Change Password */
            must_change_password: boolean;
            /** Name */
            name: string;
            role: components["schemas"]["Role"];
            /** Username */
            username: string;
        };
        /** UsualOfMetricOut */
        UsualOfMetricOut: {
            /** Metric */
            metric: string;
            /**
             * Note
             * @description why there are no points
             */
            note: string | null;
            /** Points */
            points: components["schemas"]["UsualPointOut"][];
        };
        /**
         * UsualOut
         * @description Between `low` and `high` nothing would be told of a device at that hour.
         */
        UsualOut: {
            /**
             * As Of
             * @description when detection last wrote down what it knows
             */
            as_of: string | null;
            /** Device Id */
            device_id: string;
            /** Series */
            series: components["schemas"]["UsualOfMetricOut"][];
        };
        /** UsualPointOut */
        UsualPointOut: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** High */
            high: number;
            /** Low */
            low: number;
            /** Usual */
            usual: number;
        };
        /** WaitingCommand */
        WaitingCommand: {
            /** Command Id */
            command_id: string;
            /** Command Type */
            command_type: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Payload */
            payload: {
                [key: string]: unknown;
            } | null;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "sent" | "completed" | "failed" | "expired";
        };
        /**
         * Kind
         * @enum {string}
         */
        homepot__ai__query__answering__result__Kind: "number" | "devices" | "boolean" | "timestamp" | "incident" | "table" | "none";
        /**
         * Scope
         * @description Which devices: what stands in one list is alternatives, the lists must all hold. An empty
         *     list asks for nothing. All are identities as the API shows them, but places and tags, which
         *     are the fleet's own words, and name_has, which every name must hold.
         */
        homepot__ai__query__plan__Scope: {
            /**
             * Devices
             * @default []
             */
            devices?: string[];
            /**
             * Name Has
             * @default []
             */
            name_has?: string[];
            /**
             * Places
             * @default []
             */
            places?: string[];
            /**
             * Sites
             * @default []
             */
            sites?: string[];
            /**
             * Tags
             * @default []
             */
            tags?: string[];
            /**
             * Types
             * @default []
             */
            types?: string[];
            without?: components["schemas"]["homepot__ai__query__plan__Scope"] | null;
        };
        /** ReasonOut */
        homepot__ai__query__schemas__ReasonOut: {
            /** Detail */
            detail: string;
            why: components["schemas"]["NoAnswer"];
        };
        /**
         * Hours
         * @description A part of each day by the site's clock; to may lie before from, across midnight.
         */
        homepot__ai__query__when__Hours: {
            /**
             * End
             * Format: time
             */
            end: string;
            /**
             * Start
             * Format: time
             */
            start: string;
        };
        /**
         * Scope
         * @description What reports that come by themselves are about.
         * @enum {string}
         */
        homepot__ai__reports__kinds__Scope: "everything" | "each_site" | "site" | "device";
        /**
         * Hours
         * @description A weekly span on the site's own clock; an end before the start is the next day.
         */
        homepot__alerts__schemas__Hours: {
            /** End */
            end: string;
            /** Start */
            start: string;
            /**
             * Weekday
             * @description 0 = Monday
             */
            weekday: number;
        };
        /**
         * Kind
         * @enum {string}
         */
        homepot__fleet__types__logic__Kind: "gauge" | "counter" | "ratio";
        /** ReasonOut */
        homepot__telemetry__mqtt__schemas__ReasonOut: {
            /** Count */
            count: number;
            /** Reason */
            reason: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    analyze_api_ai_analyze__device_id__get: {
        parameters: {
            query?: {
                period?: components["schemas"]["Period"];
                mode?: components["schemas"]["ModeName"] | null;
                narrate?: boolean;
                model?: string | null;
            };
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnalysisOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_anomalies_api_ai_anomalies_get: {
        parameters: {
            query?: {
                device?: string | null;
                site?: string | null;
                /** @description any of these */
                severity?: ("info" | "warning" | "critical")[];
                /** @description any of these */
                kind?: ("step" | "ramp" | "drift" | "frozen" | "limit" | "silent" | "unmeasured" | "joint" | "surprise")[];
                open?: boolean | null;
                /** @description also what nobody was told */
                muted?: boolean;
                from?: string | null;
                /** @description without this moment */
                to?: string | null;
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnomalyPageOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_insights_api_ai_insights__site_id__get: {
        parameters: {
            query?: {
                mode?: components["schemas"]["ModeName"] | null;
                narrate?: boolean;
                model?: string | null;
            };
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InsightsOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_actions_api_ai_insights__site_id__actions_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InsightActions"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    take_action_api_ai_insights__site_id__actions_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActionIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InsightAction"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    take_back_action_api_ai_insights__site_id__actions__action_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
                action_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    maintenance_schedule_api_ai_maintenance_get: {
        parameters: {
            query?: {
                state?: ("planned" | "ordered" | "done" | "dropped" | "lapsed") | null;
                site_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    plan_maintenance_api_ai_maintenance_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TermNew"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TermOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calendar_keys_api_ai_maintenance_calendars_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarKeysOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_calendar_key_api_ai_maintenance_calendars_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CalendarKeyNew"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarKeyAdded"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_calendar_key_api_ai_maintenance_calendars__calendar_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                calendar_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    maintenance_calendar_api_ai_maintenance_ics_get: {
        parameters: {
            query: {
                key: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/calendar; charset=utf-8": string;
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/calendar; charset=utf-8": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/calendar; charset=utf-8": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/calendar; charset=utf-8": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/calendar; charset=utf-8": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_maintenance_api_ai_maintenance__term_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                term_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TermChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TermOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    modes_api_ai_modes_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModesOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    choose_mode_api_ai_modes_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModeChoice"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModesOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    predict_api_ai_predict__device_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutlookOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    predictions_api_ai_predictions_get: {
        parameters: {
            query?: {
                within_days?: 7 | 14 | 30;
                site_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AheadOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ask_api_ai_query_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuestionIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplyOut"];
                    "text/event-stream": string;
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_questions_api_ai_questions_get: {
        parameters: {
            query?: {
                everybody?: boolean;
                before?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoggedPage"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_questions_api_ai_questions_export_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    say_of_answer_api_ai_questions__question_id__feedback_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                question_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FeedbackIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoggedOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    make_report_api_ai_report_get: {
        parameters: {
            query?: {
                period?: components["schemas"]["ReportPeriod"] | null;
                report_type?: components["schemas"]["ReportType"];
                /** @description else the one that you chose */
                mode?: components["schemas"]["ModeName"] | null;
                /** @description of a custom analysis */
                from?: string | null;
                /** @description of a custom analysis; else now */
                to?: string | null;
                format?: components["schemas"]["ReportFormat"];
                timezone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report; with `format`, as a page or a paper. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportOut"];
                    "application/pdf": unknown;
                    "text/html": unknown;
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_report_schedules_api_ai_report_schedules_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportSchedules"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_report_schedule_api_ai_report_schedules_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportScheduleIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportSchedule"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_report_schedule_api_ai_report_schedules__schedule_id__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportScheduleIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportSchedule"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_report_schedule_api_ai_report_schedules__schedule_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    make_site_report_api_ai_report_sites__site_id__get: {
        parameters: {
            query?: {
                period?: components["schemas"]["ReportPeriod"] | null;
                report_type?: components["schemas"]["ReportType"];
                /** @description else the one that you chose */
                mode?: components["schemas"]["ModeName"] | null;
                /** @description of a custom analysis */
                from?: string | null;
                /** @description of a custom analysis; else now */
                to?: string | null;
                format?: components["schemas"]["ReportFormat"];
            };
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report; with `format`, as a page or a paper. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportOut"];
                    "application/pdf": unknown;
                    "text/html": unknown;
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    make_device_report_api_ai_report__device_id__get: {
        parameters: {
            query?: {
                period?: components["schemas"]["ReportPeriod"] | null;
                report_type?: components["schemas"]["ReportType"];
                /** @description else the one that you chose */
                mode?: components["schemas"]["ModeName"] | null;
                /** @description of a custom analysis */
                from?: string | null;
                /** @description of a custom analysis; else now */
                to?: string | null;
                format?: components["schemas"]["ReportFormat"];
            };
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report; with `format`, as a page or a paper. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportOut"];
                    "application/pdf": unknown;
                    "text/html": unknown;
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_reports_api_ai_reports_get: {
        parameters: {
            query?: {
                report_type?: components["schemas"]["ReportType"] | null;
                /** @description reports of the site and of its devices */
                site_id?: string | null;
                device_id?: string | null;
                /** @description of a device, of a site, or of all sites together */
                about?: ("device" | "site" | "tenant") | null;
                limit?: number;
                before?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportList"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_report_api_ai_reports__report_id__get: {
        parameters: {
            query?: {
                format?: components["schemas"]["ReportFormat"];
            };
            header?: never;
            path: {
                report_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report; with `format`, as a page or a paper. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportOut"];
                    "application/pdf": unknown;
                    "text/html": unknown;
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    similar_api_ai_similar_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SimilarAsked"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimilarOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_status_api_ai_status_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_usual_api_ai_usual__device_id__get: {
        parameters: {
            query?: {
                /** @description said again for each; without it, the first 20 by name */
                metrics?: string[];
                from?: string | null;
                to?: string | null;
            };
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsualOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_channels_api_alerts_channels_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelOut"][];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_channel_api_alerts_channels_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelNew"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_channel_api_alerts_channels__channel_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_channel_api_alerts_channels__channel_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_channel_api_alerts_channels__channel_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    test_channel_api_alerts_channels__channel_id__test_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_decisions_api_alerts_decisions_get: {
        parameters: {
            query?: {
                incident_id?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionOut"][];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_deliveries_api_alerts_deliveries_get: {
        parameters: {
            query?: {
                channel_id?: string | null;
                incident_id?: string | null;
                state?: ("waiting" | "sending" | "sent" | "failed" | "dropped") | null;
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryPageOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_rules_api_alerts_rules_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleOut"][];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_rule_api_alerts_rules_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleNew"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_rule_api_alerts_rules__rule_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_rule_api_alerts_rules__rule_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_rule_api_alerts_rules__rule_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rule_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_silences_api_alerts_silences_get: {
        parameters: {
            query?: {
                /** @description those that are over too, the newest first */
                past?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SilenceOut"][];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_silence_api_alerts_silences_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SilenceNew"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SilenceOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_silence_api_alerts_silences__silence_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                silence_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SilenceOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_log_api_audit_get: {
        parameters: {
            query?: {
                limit?: number;
                before?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntryPage"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    login_api_auth_login_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logout_api_auth_logout_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me_api_auth_me_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_password_api_auth_password_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_device_types_api_device_types_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceTypeList"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_device_type_api_device_types__name__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceTypeOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_device_type_api_device_types__name__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TypeChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceTypeOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_device_type_api_device_types__name__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_type_thresholds_api_device_types__name__thresholds_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TypeThresholdsOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_type_thresholds_api_device_types__name__thresholds_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HealthThresholds"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TypeThresholdsOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_type_thresholds_api_device_types__name__thresholds_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_devices_api_devices_get: {
        parameters: {
            query?: {
                site_id?: string[];
                type?: string[];
                lifecycle?: components["schemas"]["Lifecycle"][];
                connectivity?: ("unknown" | "online" | "offline")[];
                provenance?: ("real" | "imported" | "simulated")[];
                /** @description all of these */
                tag?: string[];
                /** @description words of the name, id, location or serial number */
                q?: string;
                /** @description only archived ones, or none; unpaired ones include them */
                archived?: boolean | null;
                sort?: components["schemas"]["Sort"];
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DevicePage"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_device_api_devices_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceNew"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceDetail"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_device_api_devices__device_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceDetail"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_device_api_devices__device_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceDetail"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    activate_device_api_devices__device_id__activate_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceDetail"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    archive_device_api_devices__device_id__archive_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceDetail"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_commands_api_devices__device_id__commands_get: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandPageOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    issue_command_api_devices__device_id__commands_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandNew"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_command_api_devices__device_id__commands__command_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
                command_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_connectivity_api_devices__device_id__connectivity_get: {
        parameters: {
            query?: {
                from?: string | null;
                to?: string | null;
            };
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectivityOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_events_api_devices__device_id__events_get: {
        parameters: {
            query?: {
                kind?: ("log" | "audit" | "alert" | "notice") | null;
                /** @description any of these */
                severity?: ("info" | "warning" | "critical")[];
                from?: string | null;
                /** @description without this moment */
                to?: string | null;
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPageOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_health_api_devices__device_id__health_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_jobs_api_devices__device_id__jobs_get: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobList"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_chart_api_devices__device_id__metrics_get: {
        parameters: {
            query?: {
                /** @description Said again for each, or several with commas; 20 at most. */
                metrics?: string[] | null;
                from?: string | null;
                to?: string | null;
                points?: number;
            };
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChartOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_permissions_api_devices__device_id__permissions_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PermissionsOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_permissions_api_devices__device_id__permissions_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PermissionsChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PermissionsOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restore_device_api_devices__device_id__restore_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceDetail"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_key_api_devices__device_id__revoke_key_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotate_key_api_devices__device_id__rotate_key_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Rotation"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotatedOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suspend_device_api_devices__device_id__suspend_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceDetail"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_device_tariff_api_devices__device_id__tariff_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RatesOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_device_thresholds_api_devices__device_id__thresholds_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceThresholdsOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_device_thresholds_api_devices__device_id__thresholds_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceThresholds"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceThresholdsOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_device_thresholds_api_devices__device_id__thresholds_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    transfer_device_api_devices__device_id__transfer_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Transfer"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceDetail"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_intents_api_enrolment_intents_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntentList"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_intent_api_enrolment_intents_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntentNew"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntentMade"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_intent_api_enrolment_intents__intent_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                intent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    live_api_health_live_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ready_api_health_ready_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_incidents_api_incidents_get: {
        parameters: {
            query?: {
                /** @description any of these */
                state?: ("open" | "confirmed" | "resolved" | "normal" | "closed" | "merged")[];
                /** @description any of these */
                severity?: ("info" | "warning" | "critical")[];
                /** @description any of these */
                category?: ("temperature" | "connectivity" | "power" | "storage" | "software" | "hardware" | "mechanical" | "sensor" | "security")[];
                site?: string | null;
                device?: string | null;
                q?: string | null;
                from?: string | null;
                /** @description without this moment */
                to?: string | null;
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentPageOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_incident_api_incidents__incident_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoryOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_incident_api_incidents__incident_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    correct_incident_api_incidents__incident_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Correction"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirm_incident_api_incidents__incident_id__confirm_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PerhapsNote"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    call_incident_normal_api_incidents__incident_id__normal_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PerhapsNote"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    note_on_incident_api_incidents__incident_id__notes_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Note"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reopen_incident_api_incidents__incident_id__reopen_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PerhapsNote"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resolve_incident_api_incidents__incident_id__resolve_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Resolution"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_metrics_api_metrics_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricList"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    describe_metric_api_metrics__name__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MetricChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegisteredOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_overview_api_overview_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OverviewOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remote_write_api_prometheus_write_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-protobuf": string;
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sites_api_sites_get: {
        parameters: {
            query?: {
                /** @description words of the name, id or address */
                q?: string;
                archived?: boolean;
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SitePage"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_site_api_sites_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SiteNew"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_site_api_sites__site_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_site_api_sites__site_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SiteChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    archive_site_api_sites__site_id__archive_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Archiving"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_bootstrap_keys_api_sites__site_id__bootstrap_keys_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BootstrapKeyList"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_bootstrap_key_api_sites__site_id__bootstrap_keys_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["BootstrapKeyNew"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BootstrapKeyMade"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_bootstrap_key_api_sites__site_id__bootstrap_keys__key_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
                key_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restore_site_api_sites__site_id__restore_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_condition_api_status_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConditionOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tariffs_api_tariffs_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TariffsOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_tariff_api_tariffs_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TariffIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TariffsOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_tariff_api_tariffs_delete: {
        parameters: {
            query?: {
                site_id?: string | null;
                device_type?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    take_batch_api_telemetry_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Readings */
                    readings: ({
                        /**
                         * Device Id
                         * @description May be left out by a device that sends itself.
                         * @default
                         */
                        device_id?: string;
                        /**
                         * Metrics
                         * @description null: not reported.
                         */
                        metrics: {
                            [key: string]: number | null;
                        };
                        /**
                         * Timestamp
                         * @description ISO 8601 (UTC where no zone is named), or seconds since 1970.
                         */
                        timestamp: string | number;
                    } & {
                        [key: string]: unknown;
                    })[];
                    /**
                     * Units
                     * @description In what some of the metrics are measured. A reading of a metric that is known in another unit is rejected; the first unit that is said of a metric stays.
                     * @default {}
                     */
                    units?: {
                        [key: string]: string;
                    };
                };
                "application/msgpack": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReceiptOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_latest_api_telemetry_latest_get: {
        parameters: {
            query?: {
                /** @description Said again for each, or several with commas; 20 at most. */
                metrics?: string[] | null;
                devices?: string[] | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LatestReadings"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_mqtt_api_telemetry_mqtt_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MqttOut"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tokens_api_tokens_get: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenPage"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_token_api_tokens_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddedToken"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_token_api_tokens__token_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_users_api_users_get: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserPage"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_user_api_users_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddedUser"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_user_api_users__user_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserPatch"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_password_api_users__user_id__reset_password_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResetPassword"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tell_alert_api_v1_agent_alert_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Alert"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_EventKept_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tell_audit_api_v1_agent_audit_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AuditEntry"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_EventKept_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tell_config_change_api_v1_agent_config_history_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfigChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_EventKept_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tell_dna_api_v1_agent_device_dna_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceDna"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_DnaKept_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    beat_api_v1_agent_heartbeat_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Heartbeat"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_HeartbeatKept_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tell_job_api_v1_agent_jobs_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobStart"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_JobKept_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tell_job_status_api_v1_agent_jobs__job_id__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_JobKept_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tell_log_api_v1_agent_logs_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LogLine"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_EventKept_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    keep_reports_api_v1_agent_telemetry_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportIn"] | components["schemas"]["ReportIn"][];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_SavedOut_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_latest_api_v1_agent__device_id__metrics_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_LatestOut_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_status_api_v1_agent__device_id__status_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_DeviceStatus_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    bootstrap_provision_api_v1_devices_bootstrap_provision_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BootstrapProvision"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_Provisioned_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_own_permissions_api_v1_devices_device__device_id__permissions_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_OwnPermissions_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_own_permissions_api_v1_devices_device__device_id__permissions_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PermissionsPatch"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_OwnPermissions_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_pending_api_v1_devices_pending_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WaitingCommand"][];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_command_api_v1_devices__command_id__status_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                command_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandReport"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_WaitingCommand_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_command_api_v1_devices__command_id__status_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                command_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandReport"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_WaitingCommand_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acknowledge_api_v1_devices__device_id__commands__command_id__ack_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device_id: string;
                command_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply_WaitingCommand_"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    claim_intent_api_v1_enrolment_intents__intent_id__claim_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                intent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Claim"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Claimed"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_figures_metrics_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/plain": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/plain": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/plain": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/plain": components["schemas"]["Problem"];
                };
            };
        };
    };
}
