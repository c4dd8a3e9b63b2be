// What a dashboard's JSON may be, by Grafana's types. They have enums of text where JSON has the text itself, and methods.
import type { Dashboard as GrafanaDashboard, TableOptions } from '@grafana/schema';
import type { CloudWatchMetricsQuery } from '@grafana/schema/dist/esm/raw/composable/cloudwatch/dataquery/x/CloudWatchDataQuery_types.gen';
import type { Options as BarGaugeOptions } from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { FieldConfig as TimeSeriesFields, Options as TimeSeriesOptions } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';

type Json<T> = T extends string ? `${T}`
  : T extends number | boolean | null | undefined ? T
  : T extends (infer Item)[] ? Json<Item>[]
  : T extends object ? { [Key in keyof T as T[Key] extends (...given: never[]) => unknown ? never : Key]: Json<T[Key]> }
  : T;

export type Dashboard = Json<GrafanaDashboard>;
export type Query = { prometheus: Json<Dataquery>; cloudwatch: Json<CloudWatchMetricsQuery> };
export type PanelOptions = {
  bargauge: Partial<Json<BarGaugeOptions>>;
  stat: Partial<Json<StatOptions>>;
  table: Partial<Json<TableOptions>>;
  timeseries: Json<TimeSeriesOptions>;
};
export type Fields = { timeseries: Json<TimeSeriesFields> };
