// The Node.js peer of the cold-start comparison: the same three calls (AssumeRole, DescribeCluster, GetItem) with the AWS SDK for
// JavaScript v3, over Lambda's Runtime API. The SDK reads AWS_ENDPOINT_URL, region and credentials from the environment.
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { EKSClient, DescribeClusterCommand } from "@aws-sdk/client-eks";
import { STSClient, AssumeRoleCommand } from "@aws-sdk/client-sts";

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/`;

async function handle({ cluster }) {
  const member = (await new STSClient({}).send(new AssumeRoleCommand({
    RoleArn: `arn:aws:iam::${cluster.accountId}:role/CentralAmpMember`, RoleSessionName: "peer",
  }))).Credentials;
  const eks = new EKSClient({
    region: cluster.region,
    credentials: { accessKeyId: member.AccessKeyId, secretAccessKey: member.SecretAccessKey, sessionToken: member.SessionToken },
  });
  const described = (await eks.send(new DescribeClusterCommand({ name: cluster.name }))).cluster;
  const key = { clusterArn: { S: described.arn }, createdAt: { N: String(described.createdAt.getTime()) } };
  const known = (await new DynamoDBClient({}).send(new GetItemCommand({ TableName: "registry", Key: key }))).Item;
  return { status: described.status, known: known !== undefined };
}

for (;;) {
  const invocation = await fetch(`${api}next`);
  const result = await handle(await invocation.json());
  await fetch(`${api}${invocation.headers.get("lambda-runtime-aws-request-id")}/response`, { method: "POST", body: JSON.stringify(result) });
}
