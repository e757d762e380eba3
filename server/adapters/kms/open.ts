/** Which key service the settings name. MISSION B13 */
import { readFileSync } from "node:fs";
import type { Config } from "../../config.ts";
import { StartError } from "../../errors.ts";
import type { Clock, Kms } from "../../ports.ts";
import { ageKms } from "./age.ts";
import { awsKms } from "./aws.ts";
import { azureKms } from "./azure.ts";
import { googleKms } from "./google.ts";
import { transitKms } from "./transit.ts";

/** The one in use, and the key before it where KMS_KEY_PREVIOUS names one; undefined for `local`, which needs no service. */
export async function openKms(config: Config, ports: { clock: Clock }): Promise<Kms[] | undefined> {
  if (config.KMS_PROVIDER === "local") return undefined;
  const keys = [config.KMS_KEY, config.KMS_KEY_PREVIOUS].filter((key) => key !== undefined);
  if (config.KMS_PROVIDER === "age") return [await ageKms(config.AGE_IDENTITY!)];
  return keys.map((key) => service(config, key, ports));
}

/** What each needs is there: config.ts has seen to it. */
function service(config: Config, key: string, ports: { clock: Clock }): Kms {
  switch (config.KMS_PROVIDER) {
    case "aws":
      return awsKms(
        {
          key,
          region: config.AWS_REGION!,
          url: config.KMS_URL,
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
      return googleKms(
        { key, account: readAccount(config.GOOGLE_APPLICATION_CREDENTIALS), url: config.KMS_URL },
        ports,
      );
    case "vault":
      return transitKms({
        key,
        address: config.KMS_URL!,
        token: config.VAULT_TOKEN!,
        namespace: config.VAULT_NAMESPACE,
      });
    default:
      throw new Error(`no service plays ${config.KMS_PROVIDER}`);
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
