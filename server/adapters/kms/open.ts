/** Which key services the settings name. MISSION B13 */
import { readFileSync } from "node:fs";
import type { Config } from "../../config.ts";
import { StartError } from "../../errors.ts";
import type { Clock, Kms } from "../../ports.ts";
import { ageKms } from "./age.ts";
import { awsKms } from "./aws.ts";
import { azureKms } from "./azure.ts";
import { googleKms } from "./google.ts";
import { transitKms } from "./transit.ts";

export interface KmsServices {
  /** undefined for `local`, which needs no service */
  current: Kms | undefined;
  /** those that still unwrap, until `bear rewrap` is done */
  former: Kms[];
}

export async function openKms(config: Config, ports: { clock: Clock }): Promise<KmsServices> {
  const { KMS_PROVIDER, KMS_KEY, KMS_URL, AGE_IDENTITY, AGE_IDENTITY_PREVIOUS } = config;
  const { KMS_PROVIDER_PREVIOUS: former = KMS_PROVIDER, KMS_KEY_PREVIOUS } = config;
  const formerUrl = config.KMS_URL_PREVIOUS ?? (former === KMS_PROVIDER ? KMS_URL : undefined);
  const services: KmsServices = { current: undefined, former: [] };
  if (KMS_PROVIDER === "age") services.current = await ageKms(AGE_IDENTITY!);
  else if (KMS_PROVIDER !== "local")
    services.current = service(config, { provider: KMS_PROVIDER, key: KMS_KEY!, url: KMS_URL }, ports);
  if (AGE_IDENTITY_PREVIOUS !== undefined)
    services.former.push(await ageKms(AGE_IDENTITY_PREVIOUS, "AGE_IDENTITY_PREVIOUS"));
  if (KMS_KEY_PREVIOUS !== undefined)
    services.former.push(service(config, { provider: former, key: KMS_KEY_PREVIOUS, url: formerUrl }, ports));
  return services;
}

interface ServiceKey {
  provider: Config["KMS_PROVIDER"];
  key: string;
  url: string | undefined;
}

/** What each needs is there: config.ts has seen to it. */
function service(config: Config, { provider, key, url }: ServiceKey, ports: { clock: Clock }): Kms {
  switch (provider) {
    case "aws":
      return awsKms(
        {
          key,
          region: config.AWS_REGION!,
          url,
          accessKeyId: config.AWS_ACCESS_KEY_ID!,
          secretAccessKey: config.AWS_SECRET_ACCESS_KEY!,
          sessionToken: config.AWS_SESSION_TOKEN,
        },
        ports,
      );
    case "azure":
      return azureKms({
        key,
        tenantId: config.AZURE_TENANT_ID!,
        clientId: config.AZURE_CLIENT_ID!,
        clientSecret: config.AZURE_CLIENT_SECRET!,
        authority: config.AZURE_AUTHORITY_HOST,
      });
    case "google":
      return googleKms({ key, account: readAccount(config.GOOGLE_APPLICATION_CREDENTIALS), url }, ports);
    case "vault":
      return transitKms({
        key,
        address: url!,
        token: config.VAULT_TOKEN!,
        namespace: config.VAULT_NAMESPACE,
      });
    default:
      throw new Error(`no service plays ${provider}`);
  }
}

function readAccount(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new StartError("KMS", "GOOGLE_APPLICATION_CREDENTIALS names no file that can be read", cause);
  }
}
