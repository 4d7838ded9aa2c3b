namespace BatchEngine.TestKit.Objects;

/// <summary>Credentials that test servers take, put where the usual chain finds them first.</summary>
public static class TestCredentials
{
    /// <summary>The key and secret that s3rver knows.</summary>
    public const string AccessKey = "S3RVER", SecretKey = "S3RVER";

    /// <summary>Puts them into the environment of this process, and of those it starts.</summary>
    public static void Set()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", SecretKey);
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
    }
}
